//! Reads the module in `terraform/` and the environment that applies it as HCL.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testing::document::{names, read};

/// The module.
pub const MODULE: &str = "terraform/modules/bellwether";
/// The environment that `make deploy` applies.
pub const ENVIRONMENT: &str = "terraform/environments/aws";

/// Returns the paths of the Terraform files in a folder.
pub fn files(folder: &str) -> impl Iterator<Item = String> {
    let files = names(folder)
        .into_iter()
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|kind| kind == "tf"));
    files.map(move |name| format!("{folder}/{name}"))
}

/// Returns every block of a kind in a folder, by its labels.
pub fn blocks_of(folder: &str, kind: &str) -> Vec<(Vec<String>, hcl::Body)> {
    let bodies = files(folder).map(|path| hcl::parse(&read(&path)).unwrap());
    let all = bodies.flat_map(|body: hcl::Body| body.into_blocks());
    let wanted = all.filter(|block| block.identifier() == kind);
    wanted
        .map(|block| {
            let labels = block.labels().iter().map(|label| label.as_str().to_owned()).collect();
            (labels, block.body)
        })
        .collect()
}

/// Returns every block of a kind in the module and in the environment, by its labels.
pub fn blocks(kind: &str) -> Vec<(Vec<String>, hcl::Body)> {
    [MODULE, ENVIRONMENT].into_iter().flat_map(|folder| blocks_of(folder, kind)).collect()
}

/// Returns a literal map of the module's `locals.tf`.
pub fn map(name: &str) -> BTreeMap<String, Value> {
    map_of("locals.tf", name)
}

/// Returns a literal map among the locals of a file of the module.
pub fn map_of(file: &str, name: &str) -> BTreeMap<String, Value> {
    let locals = hcl::parse(&read(&format!("{MODULE}/{file}"))).unwrap();
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
