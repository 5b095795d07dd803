//! Tests the workflows in `.github/workflows/` as data: what CI runs ([`ci`]), how main is deployed ([`deploying`]), and the
//! policy of the role that plans ([`plan_role`]).

mod ci;
mod deploying;
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
fn no_workflow_has_more_permissions_than_it_needs() {
    for (name, workflow) in workflows() {
        assert_eq!(workflow["permissions"], json!({ "contents": "read" }), "{name}");
        for event in ["pull_request_target", "workflow_run"] {
            assert!(!events(&workflow).contains(event), "{name}: {event} runs code of forks with secrets");
        }
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

/// Returns the fields of a document that have this name, at any depth.
fn fields<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
    let within = |inner: &'a Value| fields(inner, name);
    match document {
        Value::Array(items) => items.iter().flat_map(within).collect(),
        Value::Object(object) => {
            object.get(name).into_iter().chain(object.values().flat_map(within)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn no_workflow_hides_or_repeats_a_failure() {
    for (name, workflow) in workflows() {
        assert!(fields(&workflow, "continue-on-error").is_empty(), "{name}: a failure must fail the job");
        for step in jobs(&workflow).values().flat_map(steps) {
            let run = step["run"].as_str().unwrap_or_default();
            assert!(!run.contains("|| true") && !run.contains("|| :"), "{name} ignores a failure: {run}");
            assert!(!action(step).contains("retry"), "{name} repeats a step: {step}");
        }
    }
}
