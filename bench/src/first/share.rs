//! A share of a core for a process, as Lambda gives it: a quota of CPU time in each period of 20 ms, which the
//! kernel enforces (`CONFIG_CFS_BANDWIDTH`). A function with 1,769 MB has one core, and less memory a
//! proportional share.
//!
//! Sources: AWS Lambda developer guide, "Configure Lambda function memory"; the kernel's documentation,
//! "CFS Bandwidth Control" and "Control Group v2".

use std::fs;
use std::path::{Path, PathBuf};

/// The length of a period in microseconds. AWS does not document it; 20 ms is what measurements on Lambda
/// show.
const PERIOD: u64 = 20_000;
/// The memory in MB at which a function has one core.
pub const CORE: u64 = 1_769;

/// The weight of both groups, the highest that the kernel accepts in each version. The rest of the host has 1,024 or 100
/// for each process, so it delays neither the function nor the services much.
const WEIGHT: [(&str, &str); 2] = [("cpu.shares", "262144"), ("cpu.weight", "10000")];

/// Two control groups: one for the function, and one for this process and the services, which have no limit. Removed when
/// dropped, after the function has ended.
pub struct Share {
    root: PathBuf,
    function: PathBuf,
    services: PathBuf,
    /// Whether the kernel has the unified hierarchy (version 2).
    unified: bool,
}

impl Share {
    /// Creates the groups below the root, which needs root's permissions.
    ///
    /// # Errors
    /// When the kernel or the permissions do not allow it, in words.
    pub fn new() -> Result<Self, String> {
        let all = Path::new("/sys/fs/cgroup");
        let controllers = fs::read_to_string(all.join("cgroup.controllers")).unwrap_or_default();
        let unified = controllers.split_whitespace().any(|name| name == "cpu");
        let root = if unified { all.to_path_buf() } else { all.join("cpu") };
        if unified {
            let _ = fs::write(root.join("cgroup.subtree_control"), "+cpu");
        }
        let of = |name: &str| root.join(format!("bellwether-bench-{name}-{}", std::process::id()));
        let share = Self { function: of("function"), services: of("services"), unified, root: root.clone() };
        let failed = |error| format!("{}: {error}; run as root", root.display());
        share.create().map_err(failed)?;
        Ok(share)
    }

    fn create(&self) -> std::io::Result<()> {
        let (name, weight) = WEIGHT[usize::from(self.unified)];
        for folder in [&self.function, &self.services] {
            fs::create_dir(folder)?;
            fs::write(folder.join(name), weight)?;
        }
        self.serve(std::process::id())?;
        self.limit(None)
    }

    /// Moves a process into the group of the function.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn admit(&self, process: u32) -> std::io::Result<()> {
        fs::write(self.function.join("cgroup.procs"), process.to_string())
    }

    /// Moves a process into the group of the services.
    ///
    /// # Errors
    /// When it does not exist.
    pub fn serve(&self, process: u32) -> std::io::Result<()> {
        fs::write(self.services.join("cgroup.procs"), process.to_string())
    }

    /// Limits the function to the share of `memory` MB, or removes the limit.
    ///
    /// # Errors
    /// When the kernel refuses the quota.
    pub fn limit(&self, memory: Option<u64>) -> std::io::Result<()> {
        for (name, content) in settings(self.unified, memory) {
            fs::write(self.function.join(name), content)?;
        }
        Ok(())
    }

    /// The version of control groups.
    #[must_use]
    pub fn version(&self) -> u8 {
        if self.unified { 2 } else { 1 }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        for folder in [&self.function, &self.services] {
            let members = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
            for process in members.lines() {
                let _ = fs::write(self.root.join("cgroup.procs"), process);
            }
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The files of a group and their content.
fn settings(unified: bool, memory: Option<u64>) -> Vec<(&'static str, String)> {
    let quota = memory.map(|memory| PERIOD * memory / CORE);
    match (unified, quota) {
        (true, Some(quota)) => vec![("cpu.max", format!("{quota} {PERIOD}"))],
        (true, None) => vec![("cpu.max", format!("max {PERIOD}"))],
        (false, quota) => vec![
            ("cpu.cfs_period_us", PERIOD.to_string()),
            ("cpu.cfs_quota_us", quota.map_or_else(|| "-1".to_owned(), |quota| quota.to_string())),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_quota_of_each_period_in_both_versions() {
        let own = |name, content: &str| (name, content.to_owned());
        assert_eq!(settings(true, Some(128)), [own("cpu.max", "1447 20000")]);
        assert_eq!(settings(true, None), [own("cpu.max", "max 20000")]);
        let period = own("cpu.cfs_period_us", "20000");
        assert_eq!(settings(false, Some(CORE)), [period.clone(), own("cpu.cfs_quota_us", "20000")]);
        assert_eq!(settings(false, None), [period, own("cpu.cfs_quota_us", "-1")]);
    }
}
