//! What is given to DynamoDB as an expression, and what is put together of pieces beside it.

use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit::{self, Visit};

/// The argument of each call of a method `…_expression`, and each `format!`, of one file.
pub fn of(file: &syn::File, place: &str) -> (Vec<Value>, Vec<Value>) {
    let mut found = Found::default();
    found.visit_file(file);
    let called = found.called.into_iter();
    let called = called.map(|(method, text)| json!({ "file": place, "method": method, "argument": text }));
    let formats = found.formats.into_iter().map(|text| json!({ "file": place, "arguments": text }));
    (called.collect(), formats.collect())
}

#[derive(Default)]
struct Found {
    called: Vec<(String, String)>,
    formats: Vec<String>,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let method = call.method.to_string();
        if method.ends_with("_expression") {
            self.called.push((method, call.args.to_token_stream().to_string()));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.is_ident("format") {
            self.formats.push(call.tokens.to_string());
        }
    }
}
