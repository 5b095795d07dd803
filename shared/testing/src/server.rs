//! The built command `bellwether serve`, as a process on a free port.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::runtime::binary;

/// How long a server may take to end: longer than the longest budget of a request.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running server. Killed when dropped.
pub struct Server {
    process: Child,
    /// Where it answers, without the stage.
    pub url: String,
    /// The password that it printed, if this was the first start on its folder.
    pub password: Option<String>,
}

/// A folder of a test's own, deleted when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A folder that is not there yet.
    #[must_use]
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let own = format!("bellwether-serve-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        Self(std::env::temp_dir().join(own))
    }

    /// Where it is.
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

/// The command with these arguments.
#[must_use]
pub fn bellwether(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("bellwether"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the command to its end.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    bellwether(arguments).output().expect("the command starts")
}

impl Server {
    /// A server on a data folder.
    #[must_use]
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        let folder = folder.to_str().expect("a name in UTF-8");
        Self::spawn(bellwether(&[&["serve", "--port", "0", "--data", folder], more].concat()))
    }

    /// The server that `command` starts.
    #[must_use]
    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the command starts");
        let printed = BufReader::new(process.stdout.take().expect("a pipe"));
        let (mut url, mut password) = (None, None);
        for line in printed.lines().map_while(Result::ok) {
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
        let url = url.expect("the server is ready; what it said is above");
        Self { process, url, password }
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    /// Ends it as a crash would: `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the server has ended before");
    }

    /// The code with which it ends; None when it does not.
    pub fn code(&mut self) -> Option<i32> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Ok(Some(status)) = self.process.try_wait() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
