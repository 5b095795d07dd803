//! Builds the graph of uses between the modules of a crate: by `use`, and by paths in expressions, types and macros.
//! It excludes code that is compiled for tests only, and the crate's root.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use syn::visit::Visit;

use super::paths::{Paths, is_for_tests, leaves};

/// Returns the graph of the crate with this root file: its top-level modules, each edge between them with the files
/// that contain it, and the same for the folders in each folder.
pub fn of(project: &Path, root: &Path) -> Result<Value, Box<dyn Error>> {
    let mut krate = Krate { project: project.to_path_buf(), ..Krate::default() };
    let folder = root.parent().ok_or("a file without a folder")?;
    krate.walk(&super::parsed(root)?.items, &[], folder, root)?;
    let mut graph = krate.graph(&[], |_| true);
    let folders = krate.children.keys().filter(|path| !path.is_empty());
    let is_folder = |path: &[String]| krate.children.contains_key(path);
    graph["folders"] = folders.map(|path| (path.join("::"), krate.graph(path, is_folder))).collect();
    Ok(graph)
}

/// The path of a module from the crate's root.
type ModulePath = Vec<String>;

#[derive(Default)]
struct Krate {
    project: PathBuf,
    /// The direct submodules of each module that has any.
    children: BTreeMap<ModulePath, BTreeSet<String>>,
    /// The names that a module re-exports from its submodules, each with the submodule it comes from.
    exported: BTreeMap<ModulePath, BTreeMap<String, String>>,
    /// Every path that was found: the module that contains it, its target and its file.
    paths: BTreeSet<(ModulePath, ModulePath, String)>,
}

impl Krate {
    /// Reads a module's items and its submodules. Its files are in `folder`.
    fn walk(
        &mut self,
        items: &[syn::Item],
        path: &[String],
        folder: &Path,
        file: &Path,
    ) -> Result<(), Box<dyn Error>> {
        let mut paths = Paths::default();
        for item in items.iter().filter(|item| !matches!(item, syn::Item::Mod(_))) {
            paths.visit_item(item);
        }
        let place = file.strip_prefix(&self.project).unwrap_or(file).display().to_string();
        let led = paths.0.iter().filter_map(|found| absolute(found, path));
        self.paths.extend(led.map(|to| (path.to_vec(), to, place.clone())));
        self.exported.insert(path.to_vec(), exported(items));
        for module in modules(items) {
            let name = module.ident.to_string();
            self.children.entry(path.to_vec()).or_default().insert(name.clone());
            let inner = [path, std::slice::from_ref(&name)].concat();
            let below = folder.join(&name);
            if let Some((_, items)) = &module.content {
                self.walk(items, &inner, &below, file)?;
            } else {
                let beside: [PathBuf; 2] = [folder.join(format!("{name}.rs")), below.join("mod.rs")];
                let own = beside.iter().find(|file| file.exists());
                let own = own.ok_or_else(|| format!("{}: no file for mod {name}", file.display()))?;
                self.walk(&super::parsed(own)?.items, &inner, &below, own)?;
            }
        }
        Ok(())
    }

    /// Returns the direct submodules of a module that `counts` selects, and the paths from one of them to another.
    fn graph(&self, above: &[String], counts: impl Fn(&[String]) -> bool) -> Value {
        let mut modules = self.children.get(above).cloned().unwrap_or_default();
        modules.retain(|name| counts(&[above, std::slice::from_ref(name)].concat()));
        let mut edges: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for (module, to, file) in &self.paths {
            let (Some(from), Some(to)) = (below(module, above), below(to, above)) else { continue };
            let exported = self.exported.get(above).and_then(|names| names.get(to)).map(String::as_str);
            let to = if modules.contains(to) { to } else { exported.unwrap_or(to) };
            if from != to && modules.contains(from) && modules.contains(to) {
                edges.entry((from, to)).or_default().insert(file);
            }
        }
        let edges: Vec<Value> = edges
            .iter()
            .map(|((from, to), files)| json!({ "from": from, "to": to, "files": files }))
            .collect();
        json!({ "modules": modules, "edges": edges })
    }
}

/// Returns the name directly below `above` on the way to `path`.
fn below<'a>(path: &'a [String], above: &[String]) -> Option<&'a str> {
    path.strip_prefix(above)?.first().map(String::as_str)
}

/// Resolves a path in `module` within the crate; None if it leads out of the crate.
fn absolute(found: &[String], module: &[String]) -> Option<ModulePath> {
    let (base, rest) = match found.first()?.as_str() {
        "crate" => (&[][..], &found[1..]),
        "self" => (module, &found[1..]),
        "super" => {
            let up = found.iter().take_while(|part| *part == "super").count();
            (&module[..module.len().saturating_sub(up)], &found[up..])
        }
        _ => return None,
    };
    Some([base, rest].concat())
}

/// Returns the modules that are not for tests only.
fn modules(items: &[syn::Item]) -> impl Iterator<Item = &syn::ItemMod> {
    items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if !is_for_tests(&module.attrs) => Some(module),
        _ => None,
    })
}

/// Returns the names that `use` in a module re-exports, each with the submodule it comes from.
fn exported(items: &[syn::Item]) -> BTreeMap<String, String> {
    let mut paths = Vec::new();
    for item in items {
        if let syn::Item::Use(item) = item {
            leaves(&item.tree, &[], &mut paths);
        }
    }
    let inner = paths.iter().map(|path| path.strip_prefix(&["self".to_owned()][..]).unwrap_or(path));
    inner.filter_map(|path| Some((path.last()?.clone(), path.first()?.clone()))).collect()
}
