//! The resources that a process has used, from the kernel.

use std::fs;
use std::time::Duration;

use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// User and system time of all threads, including ended ones, in nanoseconds, from the clock of
/// `clock_getcpuclockid(3)`. `/proc/<pid>/stat` has the same time in ticks of 10 ms, which is more than a
/// whole start.
///
/// # Panics
/// When the process does not exist.
#[must_use]
pub fn cpu(pid: u32) -> Duration {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
    let clock = clock_getcpuclockid(pid).expect("the process exists");
    clock_gettime(clock).expect("its clock runs").into()
}

/// Peak resident memory in KiB: `VmHWM` of `proc_pid_status(5)`. It includes pages of the binary and the C
/// library that are shared with other processes.
///
/// # Panics
/// When the process does not exist.
#[must_use]
pub fn peak_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process exists");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak memory");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number of KiB")
}
