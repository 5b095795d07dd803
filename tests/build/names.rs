//! Finds the names of the tests in a file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Collects functions with an attribute that ends in `test`, such as `#[test]` and `#[tokio::test]`, also in `proptest!`.
pub fn tests(file: &syn::File) -> impl Iterator<Item = String> {
    let mut found = Found::default();
    found.visit_file(file);
    found.0.into_iter()
}

#[derive(Default)]
struct Found(Vec<String>);

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let ends_in_test = |attribute: &syn::Attribute| {
            attribute.path().segments.last().is_some_and(|segment| segment.ident == "test")
        };
        if item.attrs.iter().any(ends_in_test) {
            self.0.push(item.sig.ident.to_string());
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.segments.last().is_some_and(|segment| segment.ident == "proptest") {
            self.0.extend(in_tokens(call.tokens.clone()));
        }
    }
}

/// Returns each `fn` after `#[test]` among tokens: in `proptest!`, arguments are drawn, so its items are not functions.
fn in_tokens(tokens: TokenStream) -> Vec<String> {
    let (mut found, mut is_test, mut after_fn) = (Vec::new(), false, false);
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                is_test |= group.stream().to_string() == "test";
            }
            TokenTree::Ident(ident) if after_fn => {
                if std::mem::take(&mut is_test) {
                    found.push(ident.to_string());
                }
                after_fn = false;
            }
            TokenTree::Ident(ident) => after_fn = ident == "fn",
            _ => {}
        }
    }
    found
}
