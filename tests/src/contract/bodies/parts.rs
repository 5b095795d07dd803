//! The limits of a test's variants and goals.

use serde_json::{Value, json};

use super::trying::{Limits, numbers, slugs};

/// Returns `count` variants, with weights that sum to 10,000 and one control.
fn variants(count: u32) -> Value {
    let weight = |n| if n == 0 { 10_000 - 400 * (count - 1) } else { 400 };
    let variant = |n| json!({ "key": format!("v{n}"), "weight": weight(n), "is_control": n == 0 });
    (0..count).map(variant).collect()
}

/// Returns `count` goals, of which the first is primary.
fn goals(count: u32) -> Value {
    let role = |n| if n == 0 { "primary" } else { "none" };
    (0..count).map(|n| json!({ "key": format!("g{n}"), "kind": "binary", "role": role(n) })).collect()
}

/// Returns two variants or goals, the second with one field changed.
fn second(of: fn(u32) -> Value, field: &str, value: &Value) -> Value {
    let mut two = of(2);
    two[1][field] = value.clone();
    two
}

fn guardrails(count: u32) -> Value {
    let mut all = goals(count);
    all[1]["role"] = json!("guardrail");
    all
}

fn seconds(of: fn(u32) -> Value, field: &str, values: &[Value]) -> Vec<Value> {
    values.iter().map(|value| second(of, field, value)).collect()
}

pub fn limits_of_variants() -> Vec<Limits> {
    let limits = |field: &str, within: &[Value], outside: &[Value]| {
        ("variants", seconds(variants, field, within), seconds(variants, field, outside))
    };
    let (good, bad) = slugs();
    let weights = [[0, 10_000], [10_000, 0]].map(|[a, b]| {
        let mut two = variants(2);
        (two[0]["weight"], two[1]["weight"]) = (json!(a), json!(b));
        two
    });
    let parameters = [json!({}), json!({ "a": [null, 1, { "b": "c" }] })];
    vec![
        ("variants", vec![variants(2), variants(20)], vec![json!([]), variants(1), variants(21), json!({})]),
        ("variants", weights.into(), vec![]),
        limits("weight", &[], &numbers(0, 10_000).1),
        limits("key", &good, &bad),
        limits("is_control", &[json!(false)], &[json!(0), Value::Null]),
        limits("parameters", &parameters, &[json!([]), Value::Null]),
        limits("surprise", &[], &[json!(1)]),
    ]
}

pub fn limits_of_goals() -> Vec<Limits> {
    let limits = |field: &str, within: &[Value], outside: &[Value]| {
        ("goals", seconds(goals, field, within), seconds(goals, field, outside))
    };
    let ((good, bad), (days, no_days)) = (slugs(), numbers(1, 365));
    let margins = seconds(guardrails, "margin", &[json!(0), json!(0.5), json!(1e15)]);
    let no_margins = seconds(guardrails, "margin", &[json!(-0.1), json!("1"), json!(1.1e15)]);
    vec![
        ("goals", vec![goals(1), goals(20)], vec![json!([]), goals(21)]),
        limits("key", &good, &bad),
        limits("kind", &[json!("count"), json!("sum")], &[json!("median"), Value::Null]),
        ("goals", vec![ratio("n", "d"), ratio("d", "n")], vec![ratio("N", "d"), ratio("n", "")]),
        limits("role", &[json!("secondary"), json!("none")], &[json!("first"), Value::Null]),
        limits("direction", &[json!("higher"), json!("lower")], &[json!("best"), Value::Null]),
        limits(
            "hypothesis",
            &[json!("different"), json!("greater"), json!("less")],
            &[json!("equal"), Value::Null],
        ),
        limits("window_days", &days, &no_days),
        limits("shared", &[json!(true), json!(false)], &[json!("true"), json!(1), Value::Null]),
        limits("surprise", &[], &[json!(1)]),
        ("goals", margins, no_margins),
    ]
}

/// Returns goals with a ratio whose parts have these keys.
fn ratio(numerator: &str, denominator: &str) -> Value {
    let part = |key: &str| json!({ "key": key, "kind": "count" });
    json!([
        { "key": "g0", "kind": "binary", "role": "primary" }, part("n"), part("d"),
        { "key": "r", "kind": "ratio", "numerator": numerator, "denominator": denominator },
    ])
}
