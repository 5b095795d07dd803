//! The built command `bellwether serve`, as a process on a free port.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::runtime::binary;

/// The time that a server has to stop: longer than the budget of any request.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running server. Killed when dropped.
pub struct Server {
    process: Child,
    /// Its address, without the stage.
    pub url: String,
    /// The password that it printed, if it created the first admin.
    pub password: Option<String>,
    printed: Arc<Mutex<Vec<String>>>,
}

/// A temporary folder, deleted when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Returns a path that does not exist yet.
    #[must_use]
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let own = format!("bellwether-serve-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        Self(std::env::temp_dir().join(own))
    }

    /// Returns its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns the command with these arguments.
#[must_use]
pub fn bellwether(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("bellwether"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the command and waits for its end. One that does not end is killed, and its exit code is then None.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    let mut command = bellwether(arguments);
    let mut process =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    if code_of(&mut process).is_none() {
        let _ = process.kill();
    }
    process.wait_with_output().expect("the output of the command")
}

/// Waits for the end of a process and returns its exit code; None if it does not end.
fn code_of(process: &mut Child) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(Some(status)) = process.try_wait() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

impl Server {
    /// Starts a server on a data folder.
    #[must_use]
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        let folder = folder.to_str().expect("a name in UTF-8");
        Self::spawn(bellwether(&[&["serve", "--port", "0", "--data", folder], more].concat()))
    }

    /// Starts a server with `command`.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the command starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let (mut url, mut password) = (None, None);
        for line in lines.by_ref() {
            let word = |place| line.split_whitespace().nth(place).unwrap_or_default().to_owned();
            if let Some((_, at)) = line.split_once("ready: ") {
                url = at.split_once("/v1").map(|(url, _)| url.to_owned());
            }
            if line.starts_with("password") && !line.contains("as printed") {
                password = Some(word(1));
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        let url = url.expect("the server is ready; see its output above");
        let printed = Arc::new(Mutex::new(Vec::new()));
        let later = printed.clone();
        std::thread::spawn(move || lines.for_each(|line| later.lock().expect("no panic").push(line)));
        Self { process, url, password, printed }
    }

    /// Returns the lines that it has printed since it was ready.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().expect("no panic under the lock").clone()
    }

    /// Returns its process ID.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Returns its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// Ends it with `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the server has ended before");
    }

    /// Waits for its end and returns the exit code; None if it does not end.
    pub fn code(&mut self) -> Option<i32> {
        code_of(&mut self.process)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
