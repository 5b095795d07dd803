//! How the sources hang together: the modules of a crate form no circle, pure crates know no cloud, and
//! `docs/ARCHITECTURE.md` says of each module what it may use. `tests/build/` has read the sources.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use testing::document::read;
use testing::runtime::project;

/// What was read of the sources when this was built.
pub static STRUCTURE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/structure.json"))).unwrap()
});

/// Crates that decide on what they are given.
const PURE: [&str; 3] = ["domain", "screen", "stats"];
const DOCUMENT: &str = "docs/ARCHITECTURE.md";
const SECTION: &str = "## Which module may use which";

/// What each module, or each crate, uses, with the files that do.
type Uses = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn crates() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let all = STRUCTURE["crates"].as_object().unwrap().iter();
    all.map(|(name, graph)| (name.as_str(), graph))
}

/// The graph of a crate's top-level modules.
fn modules(graph: &Value) -> Uses {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut uses: Uses =
        graph["modules"].as_array().unwrap().iter().map(|name| (text(name), BTreeMap::new())).collect();
    for edge in graph["edges"].as_array().unwrap() {
        let files = edge["files"].as_array().unwrap().iter().map(text).collect();
        uses.entry(text(&edge["from"])).or_default().insert(text(&edge["to"]), files);
    }
    uses
}

/// The shortest way from a module back to itself.
fn circle(uses: &Uses, start: &str) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in uses.get(way.last()?).into_iter().flatten().map(|(next, _)| next) {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push_back([way.as_slice(), std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

/// What is wrong with a graph: its shortest circle, with the files that close it.
fn fault(uses: &Uses) -> Option<String> {
    let circle = uses.keys().filter_map(|start| circle(uses, start)).min_by_key(Vec::len)?;
    let steps = circle.iter().zip(circle.iter().cycle().skip(1));
    let steps: Vec<String> = steps
        .map(|(from, to)| {
            let files: Vec<_> = uses[from][to].iter().map(String::as_str).collect();
            format!("`{from}` uses `{to}` in {}", files.join(", "))
        })
        .collect();
    Some(format!(
        "these modules use each other in a circle: {}. Move what both need below both, or hand it in as an argument",
        steps.join("; ")
    ))
}

#[test]
fn the_modules_of_a_crate_form_no_circle() {
    assert!(crates().count() >= 5);
    for (name, graph) in crates() {
        let fault = fault(&modules(graph));
        assert!(fault.is_none(), "{name}: {}", fault.unwrap());
    }
}

#[test]
fn the_folders_of_a_folder_form_no_circle() {
    let mut rooms = 0;
    for (name, graph) in crates() {
        for (folder, graph) in graph["folders"].as_object().unwrap() {
            let fault = fault(&modules(graph));
            assert!(fault.is_none(), "{name}::{folder}: {}", fault.unwrap());
            rooms += graph["modules"].as_array().unwrap().len();
        }
    }
    assert!(rooms > 15, "the folders are elsewhere: {rooms}");
}

#[test]
fn a_circle_is_found_and_told_by_its_modules_and_files() {
    let graph = serde_json::json!({ "modules": ["a", "b", "c", "d"], "edges": [
        { "from": "a", "to": "b", "files": ["a/one.rs", "a/two.rs"] },
        { "from": "b", "to": "c", "files": ["b.rs"] },
        { "from": "c", "to": "a", "files": ["c.rs"] },
        { "from": "d", "to": "a", "files": ["d.rs"] },
    ] });
    let mut uses = modules(&graph);
    let told = fault(&uses).unwrap();
    assert!(
        told.contains("`a` uses `b` in a/one.rs, a/two.rs; `b` uses `c` in b.rs; `c` uses `a` in c.rs"),
        "{told}"
    );
    uses.get_mut("c").unwrap().clear();
    assert_eq!(fault(&uses), None);
}

/// What Cargo says of the workspace, for this machine's platform.
fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform"]);
    let ended = cargo.arg(env!("HOST_PLATFORM")).current_dir(project()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).unwrap()
}

/// What each package is built of, by ids: dependencies of builds and build scripts, not of tests.
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

/// The names of packages by their ids.
fn names_of(metadata: &Value) -> BTreeMap<&str, &str> {
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap())).collect()
}

#[test]
fn a_pure_crate_is_built_without_a_cloud_a_runtime_or_a_thread_of_its_own() {
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
            assert!(!impure, "{} brings {name} into a pure crate: leave it out", way_names.join(" > "));
            for next in built_of[own].iter().filter(|next| seen.insert(**next)) {
                left.push([way.as_slice(), &[*next]].concat());
            }
        }
    }
}

/// What the crates under `shared/` use of each other.
fn crate_uses() -> Uses {
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

/// The words in backticks of a cell.
fn words(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What the document allows: the rows of its section, each a module or a crate and what it may use.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let document = read(DOCUMENT);
    let (_, section) =
        document.split_once(SECTION).unwrap_or_else(|| panic!("{DOCUMENT} has no `{SECTION}`"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let name = words(cells[0]).pop_first().unwrap();
        (name, words(cells.last().unwrap()))
    })
    .collect()
}

#[test]
fn the_architecture_document_says_of_every_module_what_it_may_use() {
    let mut used: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = crate_uses();
    for (name, graph) in crates().filter(|(name, _)| *name != "testing") {
        used.extend(modules(graph).into_iter().map(|(module, uses)| (format!("{name}::{module}"), uses)));
    }
    let allowed = allowed();
    let mut faults = Vec::new();
    for (name, uses) in &used {
        let Some(row) = allowed.get(name) else {
            faults.push(format!("`{name}` has no row: add one that says what it is for and what it may use"));
            continue;
        };
        for (other, files) in uses.iter().filter(|(other, _)| !row.contains(*other)) {
            let files: Vec<_> = files.iter().map(String::as_str).collect();
            let files = files.join(", ");
            faults.push(format!(
                "`{name}` uses `{other}` in {files}: take that away, or add `{other}` to its row"
            ));
        }
        let unused = row.iter().filter(|other| !uses.contains_key(*other));
        faults.extend(unused.map(|other| format!("`{name}` does not use `{other}`: take it out of its row")));
    }
    let gone = allowed.keys().filter(|name| !used.contains_key(*name));
    faults.extend(gone.map(|name| format!("there is no `{name}`: take its row out")));
    assert!(faults.is_empty(), "{DOCUMENT}, \"{SECTION}\":\n{}", faults.join("\n"));
}
