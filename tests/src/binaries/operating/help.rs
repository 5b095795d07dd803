//! Tests what `make` offers: `make help` lists each target once, and the targets of README start what they name.

use std::collections::BTreeMap;
use std::fs;

use testing::runtime::project;

use super::programs::{Programs, run};

/// The name and the description of each target that has one.
fn described() -> BTreeMap<String, String> {
    let text = fs::read_to_string(project().join("Makefile")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let found = lines.filter_map(|line| {
        let (head, text) = line.split_once("## ")?;
        Some((head.split(':').next()?.to_owned(), text.to_owned()))
    });
    found.filter(|(name, _)| name != "help").collect()
}

#[test]
fn make_help_lists_each_described_target_once_and_in_a_group() {
    let programs = Programs::of("help", &["make", "sh", "sed", "expand", "env"]);
    let printed = run(&["make", "help"], &programs, &[]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let described = described();
    assert!(described.len() >= 40);
    for (name, text) in &described {
        let lines = printed.out.iter().filter(|line| {
            line.split_whitespace().next() == Some(name) && line.trim_start() != *line && line.contains(text)
        });
        assert_eq!(lines.count(), 1, "{name}: put it into one group of the Makefile");
    }
    let groups: Vec<&String> =
        printed.out.iter().filter(|line| !line.is_empty() && !line.starts_with(' ')).collect();
    assert_eq!(groups, ["Use", "Develop", "Deploy", "Maintain"]);
}

#[test]
fn make_run_starts_the_command_and_make_watch_starts_hot_reload() {
    let programs = Programs::of("started", &["make", "sh", "env"]);
    let recipe = |arguments: &[&str]| {
        let dry = run(&[&["make", "-n"], arguments].concat(), &programs, &[]);
        assert_eq!(dry.code, Some(0), "{dry:?}");
        dry.out.join("\n")
    };
    assert_eq!(recipe(&["run", "PORT=9100", "ARGS=--memory"]).trim(), "sh local/run.sh --port 9100 --memory");
    assert_eq!(recipe(&["watch", "PORT=9100"]).trim(), "python3 local/run.py --port 9100");
}
