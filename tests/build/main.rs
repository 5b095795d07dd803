//! Reads the project's sources as syntax trees and writes what tests need to `structure.json` in the build's folder: the
//! names of all tests, the public items with their documentation, the uses between the modules of each crate, and the
//! DynamoDB expressions of the store.
//!
//! Tests therefore open no source file, and none depends on line breaks.

mod docs;
mod expressions;
mod graph;
mod names;
mod paths;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

/// The folders of sources, below the project's folder.
const FOLDERS: [&str; 4] = ["shared", "functions", "cli/src", "tests/src"];
/// The code that calls DynamoDB.
const STORE: &str = "shared/bellwether/src/store";

fn main() -> Result<(), Box<dyn Error>> {
    let project =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package has no folder around it")?;
    let (mut tests, mut expressions, mut formats) = (Vec::new(), Vec::new(), Vec::new());
    let mut docs = Vec::new();
    for folder in FOLDERS {
        println!("cargo:rerun-if-changed=../{folder}");
        for file in sources(&project.join(folder))? {
            let place = file.strip_prefix(project)?.display().to_string();
            let tree = parsed(&file)?;
            tests.extend(names::tests(&tree).map(|name| json!({ "name": name, "file": place })));
            docs.extend(docs::of(&tree, &place));
            if place.starts_with(STORE) {
                let (called, put_together) = expressions::of(&tree, &place);
                expressions.extend(called);
                formats.extend(put_together);
            }
        }
    }
    let mut crates = serde_json::Map::new();
    for entry in fs::read_dir(project.join("shared"))? {
        let entry = entry?;
        let root = entry.path().join("src/lib.rs");
        if root.exists() {
            let name = entry.file_name().to_string_lossy().into_owned();
            crates.insert(name, graph::of(project, &root)?);
        }
    }
    let structure = json!({
        "tests": tests, "docs": docs, "crates": crates, "expressions": expressions, "formats": formats
    });
    let place = PathBuf::from(std::env::var("OUT_DIR")?).join("structure.json");
    fs::write(place, structure.to_string())?;
    println!("cargo:rustc-env=HOST_PLATFORM={}", std::env::var("TARGET")?);
    Ok(())
}

/// Returns every Rust file below a folder, sorted by name.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// Parses a file.
fn parsed(file: &Path) -> Result<syn::File, Box<dyn Error>> {
    let text = fs::read_to_string(file)?;
    syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}
