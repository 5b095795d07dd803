//! The public items of a file, each with its documentation.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Value, json};
use syn::visit::{self, Visit};

use super::paths::is_for_tests;

/// The file's own documentation and each public item, field, variant and method: its name and its text. A field and a
/// variant have the name of their type in front, as in `Experiment.phase`.
pub fn of(file: &syn::File, path: &str) -> Vec<Value> {
    let mut found = Found::default();
    found.add(path, &file.attrs);
    found.visit_file(file);
    let items = found.items.into_iter();
    items.map(|(name, text)| json!({ "file": path, "name": name, "text": text })).collect()
}

#[derive(Default)]
struct Found {
    items: Vec<(String, String)>,
    /// The type or trait whose members are visited.
    owner: String,
}

impl Found {
    fn add(&mut self, name: &str, attributes: &[syn::Attribute]) {
        let lines: Vec<String> = attributes.iter().filter_map(line).collect();
        self.items.push((name.to_owned(), lines.join("\n")));
    }

    fn add_member(&mut self, name: &syn::Ident, attributes: &[syn::Attribute]) {
        let name = format!("{}.{name}", self.owner);
        self.add(&name, attributes);
    }
}

/// The types that a macro call at the top of a module defines, each with the documentation before its name.
fn in_tokens(tokens: TokenStream) -> Vec<(String, String)> {
    let (mut found, mut text) = (Vec::new(), String::new());
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                text.push_str(&group.stream().to_string());
            }
            TokenTree::Ident(ident) if ident.to_string().starts_with(char::is_uppercase) => {
                found.push((ident.to_string(), std::mem::take(&mut text)));
            }
            _ => {}
        }
    }
    found
}

/// The text of a doc attribute, as `///` and `//!` are read.
fn line(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("doc").then(|| text.value())
}

/// The name, attributes and visibility of an item that can be public by itself.
fn parts(item: &syn::Item) -> Option<(&syn::Ident, &[syn::Attribute], &syn::Visibility)> {
    Some(match item {
        syn::Item::Const(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Enum(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Fn(item) => (&item.sig.ident, &item.attrs, &item.vis),
        syn::Item::Mod(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Static(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Struct(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Trait(item) => (&item.ident, &item.attrs, &item.vis),
        syn::Item::Type(item) => (&item.ident, &item.attrs, &item.vis),
        _ => return None,
    })
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if let Some((name, attributes, visibility)) = parts(item) {
            if is_for_tests(attributes) {
                return;
            }
            if !matches!(visibility, syn::Visibility::Inherited) {
                self.add(&name.to_string(), attributes);
            }
            self.owner = name.to_string();
        }
        if let syn::Item::Macro(call) = item {
            self.items.extend(in_tokens(call.mac.tokens.clone()));
        }
        if let syn::Item::Impl(item) = item {
            self.owner = match item.self_ty.as_ref() {
                syn::Type::Path(path) => {
                    path.path.segments.last().map_or(String::new(), |segment| segment.ident.to_string())
                }
                _ => String::new(),
            };
        }
        visit::visit_item(self, item);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.add_member(name, &field.attrs);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.add_member(&variant.ident, &variant.attrs);
    }

    fn visit_impl_item_fn(&mut self, method: &'ast syn::ImplItemFn) {
        if !matches!(method.vis, syn::Visibility::Inherited) {
            self.add_member(&method.sig.ident, &method.attrs);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        match item {
            syn::TraitItem::Fn(item) => self.add_member(&item.sig.ident, &item.attrs),
            syn::TraitItem::Const(item) => self.add_member(&item.ident, &item.attrs),
            syn::TraitItem::Type(item) => self.add_member(&item.ident, &item.attrs),
            _ => {}
        }
    }
}
