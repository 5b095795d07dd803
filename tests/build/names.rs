//! The names of the tests in a file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// Functions with an attribute that ends in `test`, as `#[test]` and `#[tokio::test]` do, also within `proptest!`.
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

/// Each `fn` that follows `#[test]`: what is in `proptest!` is no function, for its arguments are drawn.
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
