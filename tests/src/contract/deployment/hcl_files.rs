//! Reads the files in `terraform/` as HCL.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testing::document::{names, read};

/// Returns every block of a kind in `terraform/`, by its labels.
pub fn blocks(kind: &str) -> Vec<(Vec<String>, hcl::Body)> {
    let files = names("terraform")
        .into_iter()
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, kind)| kind == "tf"));
    let bodies = files.map(|name| hcl::parse(&read(&format!("terraform/{name}"))).unwrap());
    let all = bodies.flat_map(|body: hcl::Body| body.into_blocks());
    let wanted = all.filter(|block| block.identifier() == kind);
    wanted
        .map(|block| {
            let labels = block.labels().iter().map(|label| label.as_str().to_owned()).collect();
            (labels, block.body)
        })
        .collect()
}

/// Returns a literal map of `terraform/locals.tf`.
pub fn map(name: &str) -> BTreeMap<String, Value> {
    map_of("locals.tf", name)
}

/// Returns a literal map among the locals of a file in `terraform/`.
pub fn map_of(file: &str, name: &str) -> BTreeMap<String, Value> {
    let locals = hcl::parse(&read(&format!("terraform/{file}"))).unwrap();
    let attributes = locals.blocks().flat_map(|block| block.body().attributes());
    let found = attributes.filter(|attribute| attribute.key() == name);
    let [attribute] = found.collect::<Vec<_>>()[..] else {
        panic!("{name} is not defined exactly once in {file}")
    };
    serde_json::from_value(serde_json::to_value(literal(attribute.expr())).unwrap()).unwrap()
}

/// Converts an expression without names and calls to a value.
pub fn literal(expression: &hcl::Expression) -> hcl::Value {
    use hcl::eval::{Context, Evaluate};
    expression.evaluate(&Context::new()).unwrap()
}

pub fn words(value: &Value) -> BTreeSet<&str> {
    value.as_str().unwrap().split(' ').collect()
}
