//! Instructions of one warm invocation, counted by callgrind. The same work gives the same count, regardless
//! of the load on the computer.
//!
//! The counters are set to zero once the function is warm, which excludes the start, connecting and the first
//! invocations. The end of the process adds about a thousandth.

use std::path::Path;
use std::process::{Command, Stdio};

use testing::runtime::Instance;

use crate::subject::Subject;

/// The number of invocations before the counters are set to zero, and after.
const WARM_UP: u64 = 200;
const COUNTED: u64 = 1_000;
/// The maximum number of attempts. A process under callgrind is 50 times slower, so its first calls may time
/// out.
const TRIES: usize = 30;

/// Whether valgrind is installed.
#[must_use]
pub fn can_count() -> bool {
    ["valgrind", "callgrind_control"].iter().all(|tool| quiet(tool).arg("--version").status().is_ok())
}

/// Returns the instructions of a warm invocation of `subject`. The profile of all invocations stays in
/// `folder` for `callgrind_annotate`.
///
/// # Panics
/// When the function returns a wrong response or callgrind writes no count.
pub async fn of_a_warm_invocation(subject: &Subject, folder: &Path) -> u64 {
    let profile = folder.join(format!("{}.callgrind", subject.name));
    let mut command = quiet("valgrind");
    command
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(&subject.binary);
    let instance = Instance::start_command(command, &subject.environment).await;
    warm_up(subject, &instance).await;
    let zeroed = quiet("callgrind_control").arg("--zero").arg(instance.id().to_string()).status();
    assert!(zeroed.is_ok_and(|status| status.success()), "callgrind's counters could not be set to zero");
    for _ in 0..COUNTED {
        let answer = instance.invoke(subject.event.clone()).await.expect("a response");
        assert!(subject.is_right(&answer), "{}: {answer}", subject.name);
    }
    instance.finish().await;
    let written = std::fs::read_to_string(&profile).expect("callgrind's profile");
    let line = written.lines().find_map(|line| line.strip_prefix("totals: "));
    line.and_then(|total| total.trim().parse::<u64>().ok()).expect("callgrind's total") / COUNTED
}

async fn warm_up(subject: &Subject, instance: &Instance) {
    for _ in 0..TRIES {
        if instance.invoke(subject.event.clone()).await.is_ok_and(|answer| subject.is_right(&answer)) {
            break;
        }
    }
    for _ in 0..WARM_UP {
        let answer = instance.invoke(subject.event.clone()).await.expect("a response");
        assert!(subject.is_right(&answer), "{}: {answer}", subject.name);
    }
}

/// A command without output.
fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
