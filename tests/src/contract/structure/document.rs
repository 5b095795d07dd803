//! Compares the tables of `docs/ARCHITECTURE.md` with the uses between crates and modules.

use std::collections::{BTreeMap, BTreeSet};

use testing::document::read;

use super::packages::crate_uses;
use super::{crates, modules};

const DOCUMENT: &str = "docs/ARCHITECTURE.md";

const SECTION: &str = "## Which module may use which";

/// Returns the words in backticks of a cell.
fn words(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Returns the rows of the document's section: each a module or a crate, and what it may use.
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
fn the_architecture_document_matches_the_uses_of_every_module() {
    let mut used: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = crate_uses();
    for (name, graph) in crates().filter(|(name, _)| *name != "testing") {
        used.extend(modules(graph).into_iter().map(|(module, uses)| (format!("{name}::{module}"), uses)));
    }
    let allowed = allowed();
    let mut faults = Vec::new();
    for (name, uses) in &used {
        let Some(row) = allowed.get(name) else {
            faults.push(format!("`{name}` has no row: add one with its purpose and what it may use"));
            continue;
        };
        for (other, files) in uses.iter().filter(|(other, _)| !row.contains(*other)) {
            let files: Vec<_> = files.iter().map(String::as_str).collect();
            let files = files.join(", ");
            faults.push(format!(
                "`{name}` uses `{other}` in {files}: remove the use, or add `{other}` to its row"
            ));
        }
        let unused = row.iter().filter(|other| !uses.contains_key(*other));
        faults.extend(unused.map(|other| format!("`{name}` does not use `{other}`: remove it from its row")));
    }
    let gone = allowed.keys().filter(|name| !used.contains_key(*name));
    faults.extend(gone.map(|name| format!("`{name}` does not exist: remove its row")));
    assert!(faults.is_empty(), "{DOCUMENT}, \"{SECTION}\":\n{}", faults.join("\n"));
}
