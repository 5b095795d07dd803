//! Tests the structure of the sources: modules of a crate have no cyclic dependency, pure crates use no
//! cloud, and `docs/ARCHITECTURE.md` lists what each module may use. `tests/build/` reads the sources.

mod document;
mod packages;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use serde_json::Value;

/// The structure of the sources at build time.
pub static STRUCTURE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/structure.json"))).unwrap()
});

/// The uses of each module or crate, with the files that contain them.
type Uses = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn crates() -> impl Iterator<Item = (&'static str, &'static Value)> {
    let all = STRUCTURE["crates"].as_object().unwrap().iter();
    all.map(|(name, graph)| (name.as_str(), graph))
}

/// Returns the graph of a crate's top-level modules.
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

/// Returns the shortest path from a module back to itself.
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

/// Describes the shortest cycle of a graph, with the files that contain it.
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
        "these modules depend on each other: {}. Move the shared code to a module that both use, or pass it as an argument",
        steps.join("; ")
    ))
}

#[test]
fn modules_of_a_crate_have_no_cyclic_dependency() {
    assert!(crates().count() >= 5);
    for (name, graph) in crates() {
        let fault = fault(&modules(graph));
        assert!(fault.is_none(), "{name}: {}", fault.unwrap());
    }
}

#[test]
fn folders_of_a_folder_have_no_cyclic_dependency() {
    let mut rooms = 0;
    for (name, graph) in crates() {
        for (folder, graph) in graph["folders"].as_object().unwrap() {
            let fault = fault(&modules(graph));
            assert!(fault.is_none(), "{name}::{folder}: {}", fault.unwrap());
            rooms += graph["modules"].as_array().unwrap().len();
        }
    }
    assert!(rooms > 15, "too few folders were found: {rooms}");
}

#[test]
fn a_cycle_is_reported_with_its_modules_and_files() {
    let graph = serde_json::json!({ "modules": ["a", "b", "c", "d"], "edges": [
        { "from": "a", "to": "b", "files": ["a/one.rs", "a/two.rs"] },
        { "from": "b", "to": "c", "files": ["b.rs"] },
        { "from": "c", "to": "a", "files": ["c.rs"] },
        { "from": "d", "to": "a", "files": ["d.rs"] },
    ] });
    let mut uses = modules(&graph);
    let response = fault(&uses).unwrap();
    assert!(
        response.contains("`a` uses `b` in a/one.rs, a/two.rs; `b` uses `c` in b.rs; `c` uses `a` in c.rs"),
        "{response}"
    );
    uses.get_mut("c").unwrap().clear();
    assert_eq!(fault(&uses), None);
}
