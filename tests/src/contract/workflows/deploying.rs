//! Tests how main is deployed: after every job of CI on the same commit, with packages that are built without a role, and
//! as a canary that is released after the alarms stayed quiet.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TAKES_A_ROLE, action, events, jobs, may_assume_a_role, steps, workflow, workflows};

/// Returns the jobs that a job needs, directly or indirectly.
fn waits_for(workflow: &Value, job: &str) -> BTreeSet<String> {
    let needs = match &jobs(workflow)[job]["needs"] {
        Value::String(one) => vec![one.clone()],
        several => {
            several.as_array().into_iter().flatten().map(|job| job.as_str().unwrap().to_owned()).collect()
        }
    };
    needs.iter().flat_map(|job| waits_for(workflow, job)).chain(needs.clone()).collect()
}

#[test]
fn apply_needs_every_job_that_a_push_starts() {
    for (name, workflow) in workflows() {
        assert!(
            name == "deploy.yml" || !events(&workflow).contains("push"),
            "{name} would run in parallel with deploy.yml"
        );
    }
    let deploy = workflow("deploy.yml");
    let all: BTreeSet<String> = jobs(&deploy).keys().cloned().collect();
    let on_push = |job: &String| {
        let condition = jobs(&deploy)[job]["if"].as_str().unwrap_or_default();
        *job != "apply" && !condition.starts_with("github.event_name == 'pull_request'")
    };
    let started: BTreeSet<String> = all.into_iter().filter(on_push).collect();
    assert_eq!(waits_for(&deploy, "apply"), started);
    assert_eq!(
        jobs(&deploy)["apply"]["if"],
        "github.event_name == 'push' && !github.event.repository.fork",
        "apply must run for pushes only, never in a fork, and not after a failed job"
    );
    let called: BTreeSet<&str> = jobs(&deploy).values().filter_map(|job| job["uses"].as_str()).collect();
    assert_eq!(called, BTreeSet::from(["./.github/workflows/ci.yml"]));
    assert!(events(&workflow("ci.yml")).contains("workflow_call"));
}

#[test]
fn packages_are_built_in_a_job_that_cannot_assume_a_role() {
    let deploy = workflow("deploy.yml");
    let builds = |job: &Value| {
        steps(job).iter().any(|step| {
            let run = step["run"].as_str().unwrap_or_default();
            ["make build", "cargo ", "make tf-check", "make test", ".ci/run"]
                .iter()
                .any(|word| run.contains(word))
        })
    };
    for (name, job) in jobs(&deploy) {
        assert_eq!(builds(job), name == "build", "{name}");
        assert_eq!(may_assume_a_role(&deploy, job), ["plan", "apply"].contains(&name.as_str()), "{name}");
    }
    let build = &jobs(&deploy)["build"];
    assert!(!build.to_string().contains("secrets.") && !build.to_string().contains(TAKES_A_ROLE));
    assert!(steps(build).iter().any(|step| action(step) == "actions/upload-artifact"
        && step["with"]["path"] == "target/lambda/*/bootstrap.zip"
        && step["with"]["if-no-files-found"] == "error"));
    assert!(
        steps(build).iter().any(|step| step["run"].as_str().unwrap_or_default().contains("rustup update"))
    );
}

#[test]
fn a_role_is_assumed_last_and_packages_are_used_as_built() {
    let deploy = workflow("deploy.yml");
    for name in ["plan", "apply"] {
        let steps = steps(&jobs(&deploy)[name]);
        let at = |wanted: &str| steps.iter().position(|step| action(step) == wanted).unwrap();
        assert_eq!(
            steps[at("actions/download-artifact")]["with"],
            json!({ "name": "packages", "path": "target/lambda" })
        );
        let taken = at(TAKES_A_ROLE);
        assert!(taken > at("actions/download-artifact"), "{name}");
        let after: Vec<&str> = steps[taken + 1..].iter().map(|step| step["run"].as_str().unwrap()).collect();
        assert!(
            after.iter().all(|run| run.starts_with("make ") && !run.contains("setup")),
            "{name}: {after:?}"
        );
        assert!(waits_for(&deploy, name).contains("build"), "{name}");
    }
    let condition = jobs(&deploy)["plan"]["if"].as_str().unwrap();
    assert!(condition.contains("github.event.pull_request.head.repo.full_name == github.repository"));
}

#[test]
fn apply_releases_a_canary_after_quiet_alarms_and_ends_it_after_a_failure() {
    let deploy = workflow("deploy.yml");
    let steps = steps(&jobs(&deploy)["apply"]);
    let taken = steps.iter().position(|step| action(step) == TAKES_A_ROLE).unwrap();
    let after: Vec<Value> = steps[taken + 1..].iter().map(|step| (*step).clone()).collect();
    let ended = "(failure() || cancelled()) && steps";
    assert_eq!(
        json!(after),
        json!([
            { "id": "canary", "run": "make canary YES=1 PERCENT=10" },
            { "run": "make quiet QUIET_MINUTES=15" },
            { "id": "release", "run": "make release" },
            { "run": "make smoke" },
            { "if": format!("{ended}.canary.outcome != 'skipped' && steps.release.outcome == 'skipped'"),
              "run": "make cancel" },
            { "if": format!("{ended}.release.outcome != 'skipped'"), "run": "make rollback" },
        ])
    );
}
