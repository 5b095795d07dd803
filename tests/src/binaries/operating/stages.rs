//! Tests that a skipped check is only reported by default, and a failure with STRICT=1.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::programs::{PYTHON, Programs, run};

#[test]
fn a_stage_that_skips_a_check_fails_only_if_strict() {
    let programs = Programs::of("stages", &["sh"]);
    let make = programs.0.join("make");
    fs::write(&make, "#!/bin/sh\necho skipped: no tool\n").unwrap();
    fs::set_permissions(&make, fs::Permissions::from_mode(0o755)).unwrap();
    for (strict, code, ended) in
        [("", 0, "skipped: no tool"), ("0", 0, "skipped: no tool"), ("1", 1, "FAILED")]
    {
        let ran = run(&[PYTHON, "local/stages.py", "one", "two"], &programs, &[("STRICT", strict)]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let row = |name: &str| ran.out.iter().find(|line| line.trim_start().starts_with(name)).unwrap();
        assert!(row("one ").contains(ended), "{ran:?}");
        assert!(row("two ").contains(if code == 0 { "skipped: no tool" } else { "not run" }), "{ran:?}");
    }
}

#[test]
fn a_target_without_its_tool_fails_only_if_strict() {
    let programs = Programs::of("strict", &["sh", "make"]);
    for (strict, passes) in [("STRICT=", true), ("STRICT=0", true), ("STRICT=1", false)] {
        let ran = run(&["make", "spectral", strict], &programs, &[]);
        assert_eq!(ran.code == Some(0), passes, "{strict}: {ran:?}");
        assert!(ran.out.iter().any(|line| line == "skipped: npm is not on PATH"), "{ran:?}");
    }
}
