//! A line of a function's log as CloudWatch reads it, held to the catalogue of metrics.

use std::collections::BTreeSet;

use bellwether::telemetry::catalogue::METRICS;
use serde_json::Value;

/// Holds what a line says to CloudWatch to the embedded metric format and to the catalogue: each metric is one
/// of it, with its unit, under its dimensions, once, and the line has a number for it and a text for each
/// dimension. Gives the names; none for a line that carries no metrics.
///
/// # Panics
/// When anything else stands in the line.
pub fn metrics_of(line: &Value, namespace: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(told) = line.get("_aws") else { return found };
    assert!(told["Timestamp"].as_i64().is_some_and(|at| at > 1_600_000_000_000), "{line}");
    for directive in told["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], namespace, "{line}");
        for dimension in directive["Dimensions"].as_array().into_iter().flatten() {
            for name in dimension.as_array().expect("a set") {
                assert!(line[name.as_str().expect("a name")].is_string(), "{name} is no text: {line}");
            }
        }
        for metric in directive["Metrics"].as_array().expect("metrics") {
            let name = metric["Name"].as_str().expect("a name");
            let known = METRICS.iter().find(|known| known.name == name);
            let known = known.unwrap_or_else(|| panic!("{name} is not in the catalogue: {line}"));
            assert_eq!(metric["Unit"].as_str().unwrap_or("None"), known.unit, "{line}");
            assert_eq!(directive["Dimensions"], serde_json::json!(known.dimensions), "{name}: {line}");
            assert!(line[name].is_number(), "{name} has no number: {line}");
            assert!(found.insert(name.to_owned()), "{name} stands twice: {line}");
        }
    }
    found
}
