//! Tests the dependencies of crates, as Cargo reports them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use testing::runtime::project;

use super::{Uses, crates};

/// The pure crates.
const PURE: [&str; 3] = ["domain", "screen", "stats"];

/// Returns Cargo's metadata of the workspace for this machine's platform.
fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform"]);
    let ended = cargo.arg(env!("HOST_PLATFORM")).current_dir(project()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

/// Returns the dependencies of each package, by ids: those of builds and build scripts, not of tests.
fn built_of(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let is_built = |dependency: &&Value| {
        dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev")
    };
    nodes
        .iter()
        .map(|node| {
            let all = node["deps"].as_array().unwrap().iter().filter(is_built);
            (
                node["id"].as_str().unwrap(),
                all.map(|dependency| dependency["pkg"].as_str().unwrap()).collect(),
            )
        })
        .collect()
}

/// Returns the names of packages by their ids.
fn names_of(metadata: &Value) -> BTreeMap<&str, &str> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap())).collect()
}

#[test]
fn pure_crates_are_built_without_a_cloud_a_runtime_or_threads() {
    let metadata = metadata();
    let (built_of, names) = (built_of(&metadata), names_of(&metadata));
    for pure in PURE {
        let root = names.iter().find(|(_, name)| **name == pure).map(|(id, _)| *id).unwrap();
        let (mut left, mut seen) = (vec![vec![root]], BTreeSet::from([root]));
        while let Some(way) = left.pop() {
            let own = way.last().unwrap();
            let name = names[own];
            let impure = name.starts_with("aws") || name.starts_with("lambda_") || name == "tokio";
            let way_names: Vec<_> = way.iter().map(|id| names[id]).collect();
            assert!(!impure, "{} adds {name} to a pure crate: remove the dependency", way_names.join(" > "));
            for next in built_of[own].iter().filter(|next| seen.insert(**next)) {
                left.push([way.as_slice(), &[*next]].concat());
            }
        }
    }
}

/// Returns the uses between the crates in `shared/`.
pub fn crate_uses() -> Uses {
    let metadata = metadata();
    let (built_of, names) = (built_of(&metadata), names_of(&metadata));
    let own: BTreeSet<&str> = crates().map(|(name, _)| name).collect();
    let known = built_of.iter().filter(|(id, _)| own.contains(names[*id]));
    known
        .map(|(id, all)| {
            let all = all.iter().map(|id| names[id]).filter(|name| own.contains(name));
            let manifest = || BTreeSet::from([format!("shared/{}/Cargo.toml", names[id])]);
            (names[id].to_owned(), all.map(|name| (name.to_owned(), manifest())).collect())
        })
        .collect()
}
