//! Runs commands as a user types them, with a PATH that contains only the programs of the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use testing::runtime::project;

pub const PYTHON: &str = ".tools/venv/bin/python";

pub const SCRIPTS: [&[&str]; 8] = [
    &["deploy/unlock.py", "--email", "ada@example.com"],
    &["deploy/alarms.py"],
    &["deploy/release.py", "release"],
    &["deploy/release.py", "cancel"],
    &["deploy/release.py", "rollback"],
    &["deploy/quiet.py"],
    &["deploy/smoke.py"],
    &["deploy/admin.py", "--workspace", "acme", "--email", "ada@example.com"],
];

/// A folder of programs that is the whole PATH, deleted when dropped.
pub struct Programs(pub PathBuf);

impl Drop for Programs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Programs {
    /// Takes the system's programs with these names.
    pub fn of(test: &str, names: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("bellwether-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        for name in names {
            let found = std::env::split_paths(&path).map(|place| place.join(name)).find(|file| file.exists());
            std::os::unix::fs::symlink(found.unwrap(), folder.join(name)).unwrap();
        }
        Self(folder)
    }

    /// Adds a `terraform` that runs these lines of shell.
    pub fn with_terraform(self, lines: &str) -> Self {
        self.with("terraform", lines)
    }

    /// Adds a program that runs these lines of shell.
    pub fn with(self, name: &str, lines: &str) -> Self {
        let file = self.0.join(name);
        fs::write(&file, format!("#!/bin/sh\n{lines}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }
}

/// The exit code of a command, and its lines of output.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: Vec<String>,
    pub err: Vec<String>,
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

/// Runs a command in the project, without the cloud account and the deployment of the user who runs the test.
pub fn run(command: &[&str], programs: &Programs, own: &[(&str, &str)]) -> Ended {
    let mut ran = Command::new(if command[0] == PYTHON { project().join(PYTHON) } else { command[0].into() });
    ran.args(&command[1..]).current_dir(project()).env_clear();
    ran.env("PATH", &programs.0).env("HOME", &programs.0).env("AWS_EC2_METADATA_DISABLED", "true");
    ran.env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TERRAFORM_DIR", project().join("terraform/environments/aws"));
    let ended = ran.envs(own.iter().copied()).output().unwrap();
    Ended { code: ended.status.code(), out: lines(&ended.stdout), err: lines(&ended.stderr) }
}

/// Asserts that a command failed with an error of one line.
pub fn assert_one_line(ended: &Ended, says: &str) {
    assert!(
        ended.code != Some(0) && ended.err.len() == 1 && ended.err[0].contains(says),
        "{says}: {ended:?}"
    );
}

/// Returns a `terraform` whose state has a deployment in this account.
pub fn outputs(account: &str, url: &str) -> String {
    let value = |value: Value| json!({ "value": value });
    let all = json!({
        "url": value(json!(url)), "name": value(json!("bellwether-dev")), "region": value(json!("eu-central-1")),
        "alias": value(json!("live")), "functions": value(json!({ "create-user": { "name": "c", "version": "1" } })),
        "alarm_topic": value(json!(format!("arn:aws:sns:eu-central-1:{account}:alarms"))), "waf": value(json!(false)),
    });
    format!("echo '{all}'")
}
