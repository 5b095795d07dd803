//! Which top-level modules of a crate use which others: by `use`, and by paths in expressions, types and macros.
//! What is compiled for tests alone does not count, and neither does the crate's root.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use syn::visit::{self, Visit};

/// The graph of a crate, by its root file: its modules, and each edge with the files it stands in.
pub fn of(project: &Path, root: &Path) -> Result<Value, Box<dyn Error>> {
    let mut krate =
        Krate { project, exported: BTreeMap::new(), modules: BTreeSet::new(), edges: BTreeMap::new() };
    let file = super::parsed(root)?;
    krate.exported = exported(&file);
    krate.modules = modules(&file.items).map(|module| module.ident.to_string()).collect();
    let folder = root.parent().ok_or("a file without a folder")?;
    krate.walk(&file.items, &[], folder, root)?;
    let edges = krate.edges.iter();
    let edges: Vec<Value> =
        edges.map(|((from, to), files)| json!({ "from": from, "to": to, "files": files })).collect();
    Ok(json!({ "modules": krate.modules, "edges": edges }))
}

struct Krate<'a> {
    project: &'a Path,
    /// What the root names of its modules' own: the name, and the module.
    exported: BTreeMap<String, String>,
    modules: BTreeSet<String>,
    edges: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Krate<'_> {
    /// Reads a module's items and the modules below it. Its files stand in `folder`.
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
        for found in paths.0 {
            self.count(&found, path, file);
        }
        for module in modules(items) {
            let name = module.ident.to_string();
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

    /// Keeps the edge that a path is, if it leads from one top-level module to another.
    fn count(&mut self, found: &[String], module: &[String], file: &Path) {
        let Some(from) = module.first() else { return };
        let mut base = module;
        let mut rest = found;
        match found.first().map(String::as_str) {
            Some("crate") => (base, rest) = (&[], &found[1..]),
            Some("super") => {
                while rest.first().is_some_and(|part| part == "super") {
                    (base, rest) = (&base[..base.len().saturating_sub(1)], &rest[1..]);
                }
            }
            _ => return,
        }
        let Some(first) = base.first().or(rest.first()) else { return };
        let to = if self.modules.contains(first) { first } else { self.exported.get(first).unwrap_or(first) };
        if to != from && self.modules.contains(to) {
            let place = file.strip_prefix(self.project).unwrap_or(file).display().to_string();
            self.edges.entry((from.clone(), to.clone())).or_default().insert(place);
        }
    }
}

/// Modules that are not for tests alone.
fn modules(items: &[syn::Item]) -> impl Iterator<Item = &syn::ItemMod> {
    items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if !is_for_tests(&module.attrs) => Some(module),
        _ => None,
    })
}

/// What `use` at the root makes known under a name of its own, with the module it comes from.
fn exported(root: &syn::File) -> BTreeMap<String, String> {
    let mut paths = Vec::new();
    for item in &root.items {
        if let syn::Item::Use(item) = item {
            leaves(&item.tree, &[], &mut paths);
        }
    }
    let named = paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path.first()?.clone())));
    named.collect()
}

/// Whether something is compiled for tests alone.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        _ => false,
    })
}

/// Every path, as its parts.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Static(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Enum(item) => &item.attrs,
            syn::Item::Type(item) => &item.attrs,
            syn::Item::Macro(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        leaves(&item.tree, &[], &mut self.0);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        in_tokens(call.tokens.clone(), &mut self.0);
        visit::visit_macro(self, call);
    }
}

/// The paths that a tree of `use` stands for.
fn leaves(tree: &syn::UseTree, before: &[String], found: &mut Vec<Vec<String>>) {
    let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), found),
        syn::UseTree::Name(name) => found.push(with(&name.ident)),
        syn::UseTree::Rename(name) => found.push(with(&name.ident)),
        syn::UseTree::Glob(_) => found.push(before.to_vec()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

/// Paths from `crate` or `super` among the tokens of a macro, which has no syntax of its own.
fn in_tokens(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                if ident == "crate" || (ident == "super" && path.is_empty()) {
                    path = vec![ident];
                } else if !path.is_empty() {
                    path.push(ident);
                    found.push(path.clone());
                    if path.last().is_none_or(|last| last != "super") {
                        path.clear();
                    }
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Group(group) => {
                path.clear();
                in_tokens(group.stream(), found);
            }
            _ => path.clear(),
        }
    }
}
