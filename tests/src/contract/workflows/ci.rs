//! Tests that CI runs every check, and that no check can be skipped without a failure.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::document::read;

use super::{action, events, fields, jobs, steps, workflow};

/// Returns the names of targets that follow `text` in the recipe or the value that begins with `head` in the Makefile.
fn targets(head: &str, text: &str) -> Vec<String> {
    let makefile = read("Makefile");
    let after = |whole: &str, begin: &str| {
        let (_, rest) =
            whole.split_once(begin).unwrap_or_else(|| panic!("the Makefile has no {begin:?} in {head:?}"));
        rest.to_owned()
    };
    let line = after(&after(&makefile, &format!("\n{head}")), text);
    let is_name =
        |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    line.lines().next().unwrap().split_whitespace().take_while(is_name).map(str::to_owned).collect()
}

/// Returns the stages of `make check`.
fn checked() -> Vec<String> {
    targets("check:", "local/stages.py ")
}

/// Returns the stages of `make check` and `make test`, with the targets that `deployed` runs if it can.
fn all_stages() -> BTreeSet<String> {
    let mut stages: BTreeSet<String> = targets("STAGES ", ":= ").into_iter().chain(checked()).collect();
    assert!(stages.len() > 10 && stages.remove("deployed"), "{stages:?}");
    stages.extend(targets("deployed:", "--no-print-directory "));
    stages
}

/// Returns the stages that a step of a job runs.
fn stages_of(step: &Value) -> Vec<String> {
    match step["run"].as_str().and_then(|run| run.strip_prefix("make ")) {
        None => Vec::new(),
        Some("check") => checked(),
        Some(own) => {
            let own = own.strip_prefix("test STAGES=").map_or(own, |stages| stages.trim_matches('"'));
            own.split_whitespace().map(str::to_owned).collect()
        }
    }
}

#[test]
fn ci_runs_every_stage_once() {
    let ci = workflow("ci.yml");
    let mut found: Vec<String> = jobs(&ci).values().flat_map(steps).flat_map(stages_of).collect();
    found.sort();
    // `make check` and `make test` share the stages lint and python, which one job runs.
    assert_eq!(found, all_stages().into_iter().collect::<Vec<_>>(), "stages of CI, and of the Makefile");
    assert_eq!(
        jobs(&ci).keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["check", "test", "terraform", "e2e", "monitoring"])
    );
}

#[test]
fn ci_fails_if_a_check_is_skipped() {
    let ci = workflow("ci.yml");
    assert_eq!(fields(&ci, "STRICT"), [&json!("1")], "STRICT must be 1 for all jobs");
    assert_eq!(ci["env"]["STRICT"], "1");
    for (name, job) in jobs(&ci) {
        assert!(job["if"].is_null() && job["needs"].is_null(), "{name} can be skipped");
        for step in steps(job) {
            let is_check = step["run"].is_string();
            assert!(step["if"].is_null() || !is_check && step["if"] == "failure()", "{name}: {step}");
        }
    }
}

#[test]
fn ci_installs_the_tools_without_which_checks_are_skipped() {
    let ci = workflow("ci.yml");
    for (tool, names) in [
        ("hashicorp/setup-terraform", &["terraform", "e2e"][..]),
        ("actions/setup-node", &["test", "monitoring"]),
        ("actions/setup-python", &["check", "test", "terraform", "e2e", "monitoring"]),
    ] {
        for name in names {
            assert!(
                steps(&jobs(&ci)[*name]).into_iter().any(|step| action(step) == tool),
                "{name} lacks {tool}"
            );
        }
    }
}

#[test]
fn advisories_and_the_feature_traces_are_checked_every_week() {
    let scheduled = workflow("scheduled.yml");
    assert!(events(&scheduled).contains("schedule"));
    let all: Vec<&Value> = jobs(&scheduled).values().flat_map(steps).collect();
    assert!(all.iter().any(|step| step["run"] == "make traces-check"));
    assert!(all.iter().any(|step| action(step) == "EmbarkStudios/cargo-deny-action"
        && step["with"]["command"] == "check advisories"));
    let manifests = &jobs(&scheduled)["advisories"]["strategy"]["matrix"]["manifest"];
    assert_eq!(manifests, &json!(["Cargo.toml", "fuzz/Cargo.toml"]));
}
