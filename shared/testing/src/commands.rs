//! The built command `bellwether` as a user at a terminal runs it, with a folder for configuration of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::{Scratch, Server, bellwether};

/// The first admin's e-mail address.
pub const ADMIN: &str = "admin@example.com";

/// A user with a folder for configuration and for files.
pub struct Terminal {
    folder: Scratch,
}

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: Option<i32>,
    /// The standard output.
    pub out: String,
    /// The standard error.
    pub err: String,
}

impl Terminal {
    /// Creates the folder.
    #[must_use]
    pub fn new() -> Self {
        let folder = Scratch::new();
        std::fs::create_dir_all(folder.path()).expect("a temporary folder");
        Self { folder }
    }

    /// Creates the folder and signs in as the first admin of the server.
    #[must_use]
    pub fn signed_in(server: &Server, password: &str) -> Self {
        let terminal = Self::new();
        let ended = terminal.login(server, password);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        terminal
    }

    /// Signs in as the first admin, with the password on the standard input.
    pub fn login(&self, server: &Server, password: &str) -> Ended {
        let mut command = self.command(&["login", "--server", &server.url, "--email", ADMIN]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the command starts");
        let input = process.stdin.take();
        input.expect("a pipe").write_all(format!("{password}\n").as_bytes()).expect("the command reads");
        Ended::of(&process.wait_with_output().expect("the command ends"))
    }

    /// Returns a command of this user. Its environment contains no credentials.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bellwether(arguments);
        for name in ["URL", "EMAIL", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET"] {
            command.env_remove(format!("BELLWETHER_{name}"));
        }
        command.env("XDG_CONFIG_HOME", self.folder.path().join("config")).current_dir(self.folder.path());
        command
    }

    /// Runs a command and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().expect("the command starts"))
    }

    /// Writes a file into the folder and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("a file in a temporary folder");
        path
    }

    /// Returns the folder, in which commands run.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Ended {
    /// Reads what a process printed.
    #[must_use]
    pub fn of(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}
