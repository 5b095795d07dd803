//! Tests that the catalogue file, which code in other languages reads, and the objectives in `terraform/` match the
//! metrics in the code.

use std::collections::BTreeSet;

use bellwether::operations::OPERATIONS;
use bellwether::telemetry::catalogue::{FAMILIES, METRICS, objective_ms};
use serde_json::{Value, json};
use testing::runtime::project;

use crate::deployment::hcl_files::map;

/// `make generate` writes the file.
#[test]
fn the_catalogue_file_matches_the_code() {
    let path = project().join("monitoring/catalogue.json");
    let wanted = json!({ "cloudwatch": METRICS, "prometheus": FAMILIES });
    if std::env::var("GENERATE").is_ok_and(|word| word == "write") {
        std::fs::write(&path, format!("{wanted:#}\n")).unwrap();
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(stored, wanted, "the file is out of date; run: make generate");
}

#[test]
fn the_objective_of_each_function_equals_p99_ms_in_terraform() {
    let mut held = BTreeSet::new();
    for (name, function) in map("functions") {
        if let Some(p99) = function["p99_ms"].as_u64() {
            assert_eq!(p99, u64::from(objective_ms(&name)), "{name}");
            held.insert(name);
        }
    }
    let routed = OPERATIONS.iter().map(|route| route.function.to_owned());
    assert!(held.is_superset(&routed.collect()), "{held:?}");
}

#[test]
fn no_label_or_dimension_names_a_unit_a_user_or_a_token() {
    let bounded = ["function", "outcome", "workspace", "test", "variant", "goal", "decision"];
    let dimensions = METRICS.iter().flat_map(|metric| metric.dimensions.iter().copied().flatten());
    let labels = FAMILIES.iter().flat_map(|family| family.labels);
    for name in dimensions.chain(labels) {
        assert!(bounded.contains(name), "{name}");
    }
}
