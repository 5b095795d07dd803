//! A process that stops before it becomes the function, so that its group and its limit are in force from the
//! function's first instruction.

use std::process::Command;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testing::runtime::Instance;

use crate::subject::Subject;

/// Stops the shell, which later becomes its first argument. The process id stays the same.
const HELD: &str = r#"kill -STOP $$; exec "$0""#;

/// Starts a shell for `subject` and waits until it has stopped.
///
/// # Panics
/// When there is no shell.
pub async fn hold(subject: &Subject) -> Instance {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", HELD]).arg(&subject.binary);
    let instance = Instance::start_command(command, &subject.environment).await;
    while !is_stopped(instance.id()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    instance
}

/// Lets the process become the function.
///
/// # Panics
/// When it has ended.
pub fn release(instance: &Instance) {
    let process = Pid::from_raw(i32::try_from(instance.id()).expect("a process id"));
    kill(process, Signal::SIGCONT).expect("the process exists");
}

/// Whether a process is in state `T` of `proc_pid_stat(5)`, which follows the name in parentheses.
fn is_stopped(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}
