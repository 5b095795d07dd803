//! The parameters of the variants in a response. Each stands once, however many units have the variant.

use std::collections::BTreeMap;
use std::ops::Deref;

use domain::experiment::{Experiment, Variant};
use serde_json::{Value, json};

/// Returns the parameters of every variant that the evaluations contain, by test and variant. An evaluation is about
/// several tests, or about one.
pub fn used(response: &Value, tests: &[impl Deref<Target = Experiment>]) -> Value {
    let evaluations = response["evaluations"].as_array().into_iter().flatten();
    let rows = evaluations.flat_map(|unit| match unit["tests"].as_array() {
        Some(tests) => tests.as_slice(),
        None => std::slice::from_ref(unit),
    });
    let mut used: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (test_id, variant) in rows.filter_map(|row| row["test_id"].as_str().zip(row["variant"].as_str())) {
        let own = used.entry(test_id).or_default();
        if !own.contains_key(variant) {
            let test = tests.iter().find(|test| test.definition.test_id.as_str() == test_id);
            own.insert(variant, parameters(test.map(Deref::deref), variant));
        }
    }
    json!(used)
}

fn parameters(test: Option<&Experiment>, key: &str) -> Value {
    let mut variants = test.into_iter().flat_map(|test| &test.definition.variants);
    variants
        .find(|variant: &&Variant| variant.key.as_str() == key)
        .map_or(json!({}), |own| json!(own.parameters))
}
