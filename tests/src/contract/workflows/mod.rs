//! Tests the workflows in `.github/workflows/` as data and, in [`plan_role`], the policy of the role that plans.

mod plan_role;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testing::document::{names, read};

const FOLDER: &str = ".github/workflows";

const TAKES_A_ROLE: &str = "aws-actions/configure-aws-credentials";

fn workflow(name: &str) -> Value {
    serde_yaml_ng::from_str(&read(&format!("{FOLDER}/{name}"))).unwrap()
}

fn workflows() -> BTreeMap<String, Value> {
    names(FOLDER).into_iter().map(|name| (name.clone(), workflow(&name))).collect()
}

fn jobs(workflow: &Value) -> &serde_json::Map<String, Value> {
    workflow["jobs"].as_object().unwrap()
}

fn steps(job: &Value) -> Vec<&Value> {
    job["steps"].as_array().into_iter().flatten().collect()
}

/// Returns the events that start a workflow.
fn events(workflow: &Value) -> BTreeSet<&str> {
    match &workflow["on"] {
        Value::String(one) => BTreeSet::from([one.as_str()]),
        Value::Array(several) => several.iter().map(|event| event.as_str().unwrap()).collect(),
        on => on.as_object().unwrap().keys().map(String::as_str).collect(),
    }
}

fn action(step: &Value) -> &str {
    step["uses"].as_str().unwrap_or_default().split('@').next().unwrap()
}

/// Returns whether a job can get an OIDC token, with which it can assume an AWS role.
fn may_assume_a_role(workflow: &Value, job: &Value) -> bool {
    let permissions =
        if job["permissions"].is_null() { &workflow["permissions"] } else { &job["permissions"] };
    permissions == "write-all" || permissions["id-token"] == "write"
}

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
fn every_action_is_pinned_by_commit_with_its_version_as_a_comment() {
    let mut commits = BTreeMap::new();
    for name in names(FOLDER) {
        for line in read(&format!("{FOLDER}/{name}")).lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            if used.starts_with("./") {
                continue;
            }
            let (action, rest) = used.split_once('@').unwrap_or_else(|| panic!("{name}: {line}"));
            let (commit, version) = rest.split_once(" # v").unwrap_or_else(|| panic!("{name}: {line}"));
            assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{name}: {line}");
            assert_eq!(version.split('.').count(), 3, "{name}: {line}");
            let known = commits.entry(action.to_owned()).or_insert_with(|| commit.to_owned());
            assert_eq!(known, commit, "{action} is used in two versions");
        }
    }
    assert!(commits.len() >= 8, "{commits:?}");
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
        "github.event_name == 'push'",
        "apply must not run after a failed job"
    );
    let called: BTreeSet<&str> = jobs(&deploy).values().filter_map(|job| job["uses"].as_str()).collect();
    assert_eq!(called, BTreeSet::from(["./.github/workflows/ci.yml"]));
    assert!(events(&workflow("ci.yml")).contains("workflow_call"));
}

#[test]
fn ci_runs_every_stage_with_terraform_installed() {
    let ci = workflow("ci.yml");
    let [job] = jobs(&ci).values().collect::<Vec<_>>()[..] else { panic!("ci.yml has more than one job") };
    let used: Vec<&str> = steps(job).into_iter().map(action).collect();
    assert!(used.contains(&"hashicorp/setup-terraform"), "{used:?}");
    assert!(steps(job).iter().any(|step| step["run"] == "bash .ci/run"));
    assert!(steps(job).iter().all(|step| step["continue-on-error"].is_null()));
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
fn no_workflow_has_more_permissions_than_it_needs() {
    for (name, workflow) in workflows() {
        assert_eq!(workflow["permissions"], json!({ "contents": "read" }), "{name}");
        assert!(!events(&workflow).contains("pull_request_target"), "{name}");
        for (job, definition) in jobs(&workflow) {
            let takes = steps(definition).iter().any(|step| action(step) == TAKES_A_ROLE);
            assert_eq!(takes, may_assume_a_role(&workflow, definition), "{name}: {job}");
            for step in steps(definition) {
                let checkout = action(step) == "actions/checkout";
                assert!(!checkout || step["with"]["persist-credentials"] == false, "{name}: {job}");
                let run = step["run"].as_str().unwrap_or_default();
                assert!(
                    !run.contains("${{"),
                    "{name}: {job}: pass values to the shell as variables, not as templates: {run}"
                );
            }
        }
    }
}
