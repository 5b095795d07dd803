//! Finds the arguments of DynamoDB expressions, and the `format!` calls in the same files.

use std::collections::BTreeMap;

use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit::{self, Visit};

/// Collects, in one file, the argument of each call of a method `…_expression`, with its type if it is a parameter of
/// the surrounding function, and each `format!`.
pub fn of(file: &syn::File, place: &str) -> (Vec<Value>, Vec<Value>) {
    let mut found = Found::default();
    found.visit_file(file);
    let called = found.called.into_iter();
    let called = called.map(
        |(method, text, kind)| json!({ "file": place, "method": method, "argument": text, "type": kind }),
    );
    let formats = found.formats.into_iter().map(|text| json!({ "file": place, "arguments": text }));
    (called.collect(), formats.collect())
}

#[derive(Default)]
struct Found {
    /// The method, its argument and the argument's type.
    called: Vec<(String, String, Option<String>)>,
    formats: Vec<String>,
    /// The parameters of the current function.
    parameters: BTreeMap<String, String>,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let typed = item.sig.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(typed),
            syn::FnArg::Receiver(_) => None,
        });
        let text = |node: &dyn ToTokens| node.to_token_stream().to_string();
        self.parameters = typed.map(|typed| (text(&typed.pat), text(&typed.ty))).collect();
        visit::visit_item_fn(self, item);
        self.parameters.clear();
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        if method.ends_with("_expression") {
            let argument = call.args.to_token_stream().to_string();
            let kind = self.parameters.get(&argument).cloned();
            self.called.push((method, argument, kind));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("format") {
            self.formats.push(call.tokens.to_string());
        }
    }
}
