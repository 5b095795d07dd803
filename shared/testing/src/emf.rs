//! Reads a log line like CloudWatch, and checks it against the catalogue of metrics.

use std::collections::BTreeSet;

use bellwether::telemetry::catalogue::METRICS;
use serde_json::Value;

/// Checks a line against the embedded metric format and the catalogue. Each metric must be in the catalogue,
/// with its unit and its dimensions, and occur once. The line must contain a number for each metric and a
/// text for each dimension. Returns the names of the metrics, which is empty for a line without metrics.
///
/// # Panics
/// When the line contains anything else.
pub fn metrics_of(line: &Value, namespace: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Some(metadata) = line.get("_aws") else { return found };
    assert!(metadata["Timestamp"].as_i64().is_some_and(|at| at > 1_600_000_000_000), "{line}");
    for directive in metadata["CloudWatchMetrics"].as_array().expect("directives") {
        assert_eq!(directive["Namespace"], namespace, "{line}");
        for dimension in directive["Dimensions"].as_array().into_iter().flatten() {
            for name in dimension.as_array().expect("a set") {
                assert!(line[name.as_str().expect("a name")].is_string(), "{name} is not a text: {line}");
            }
        }
        for metric in directive["Metrics"].as_array().expect("metrics") {
            let name = metric["Name"].as_str().expect("a name");
            let known = METRICS.iter().find(|known| known.name == name);
            let known = known.unwrap_or_else(|| panic!("{name} is not in the catalogue: {line}"));
            assert_eq!(metric["Unit"].as_str().unwrap_or("None"), known.unit, "{line}");
            assert_eq!(directive["Dimensions"], serde_json::json!(known.dimensions), "{name}: {line}");
            assert!(line[name].is_number(), "{name} has no number: {line}");
            assert!(found.insert(name.to_owned()), "{name} is repeated: {line}");
        }
    }
    found
}
