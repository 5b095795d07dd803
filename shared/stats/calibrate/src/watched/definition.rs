//! The definition of a simulated test, as `domain` parses it.

use serde_json::{Value, json};

use super::cell::Cell;
use super::outcome::Kind;
use super::test::WINDOW_DAYS;

/// The primary goal, and the parts of a ratio.
pub(super) const GOAL: &str = "goal";
pub(super) const PARTS: [&str; 2] = ["conversions", "visits"];

/// Returns the request that creates the test.
pub(super) fn body(cell: &Cell) -> Value {
    let all: u32 = cell.weights.first.iter().sum();
    let variants: Vec<Value> = (0..)
        .zip(cell.weights.first)
        .map(|(arm, weight)| {
            json!({ "key": format!("arm-{arm}"), "weight": weight * 10_000 / all, "is_control": arm == 0 })
        })
        .collect();
    let part = |key| json!({ "key": key, "kind": "count", "role": "none", "window_days": WINDOW_DAYS });
    let kind = if cell.scenario.outcome.is_binary() { "binary" } else { "sum" };
    let primary = json!({ "key": GOAL, "kind": kind, "role": "primary", "window_days": WINDOW_DAYS });
    let mut goals = vec![primary];
    if cell.scenario.outcome.kind() == Kind::Ratios {
        goals[0]["kind"] = json!("ratio");
        goals[0]["numerator"] = json!(PARTS[0]);
        goals[0]["denominator"] = json!(PARTS[1]);
        goals.extend(PARTS.map(part));
    }
    json!({ "test_id": "simulated", "name": "Simulated", "variants": variants, "goals": goals,
        "planned_units": cell.size * cell.weights.first.len() })
}
