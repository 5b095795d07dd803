//! The limits of assignments and conversions.

use domain::experiment::{Entry, Unit, conversion, unit};
use domain::validation::typed;
use serde_json::{Value, json};

use super::samples::{launched, now};
use super::trying::{Limits, assert_batch, assert_limits, numbers, slugs, texts};

fn unit_ids() -> Limits {
    let outside = vec![json!(""), texts("x", 257), json!("a\tb"), json!("a\u{85}"), json!(7), Value::Null];
    ("unit_id", vec![json!("müller.de"), texts("x", 256)], outside)
}

#[test]
fn the_limits_of_assignments_match_the_code() {
    let (good, bad) = slugs();
    let limits = [
        unit_ids(),
        ("attributes", vec![json!({}), json!({ "a": { "b": [null] } })], vec![json!([]), Value::Null]),
        ("covariate", vec![json!(-1e15), json!(1e15), Value::Null], vec![json!(1.1e15), json!("1")]),
        ("variant", good, bad),
        ("variant", vec![Value::Null], vec![]),
        ("assigned_at", times(), no_times()),
        (
            "preview",
            vec![json!("pv1.x.y"), texts("x", 512), Value::Null],
            vec![json!(""), texts("x", 513), json!(1)],
        ),
    ];
    let test = launched(&json!({}));
    let code = |body: Value| typed::<unit::UnitBody>(body).and_then(|body| Unit::parse(body, &test)).is_ok();
    let base = json!({ "unit_id": "acme.com" });
    assert_limits("Unit", &base, &limits, code);
    assert_batch("AssignmentRequest", "units", &base);
}

fn times() -> Vec<Value> {
    let texts =
        ["2026-11-21T10:00:00Z", "2026-11-21T10:00:00.5+01:00", "2026-11-21T10:00:00.000+0000", "2026-11-21"];
    let more = ["2026-11-21t10:00z", "2026-11-21 10:00:00,25 +01", "2026-11-20T24:00Z"];
    texts.into_iter().chain(more).map(|text| json!(text)).chain([Value::Null]).collect()
}

fn no_times() -> Vec<Value> {
    let texts =
        ["yesterday", "", "2026-11", "2026-11-21T10:00:00", "2026-11-21T10Z", "20261121", "2026-11-21Z"];
    texts.map(|text| json!(text)).into_iter().chain([json!(1)]).collect()
}

#[test]
fn the_limits_of_conversions_match_the_code() {
    let test = launched(&json!({}));
    let limits = [
        unit_ids(),
        ("goal", vec![json!("opt-out")], slugs().1),
        (
            "event_id",
            vec![json!("A.b_c:d-9"), texts("x", 64)],
            vec![json!(""), json!("a b"), json!("é"), texts("x", 65), Value::Null],
        ),
        (
            "version",
            vec![json!(0), json!(1_000_000_000_000_000_i64), Value::Null],
            numbers(0, 1_000_000_000_000_000).1,
        ),
        ("void", vec![json!(false), Value::Null], vec![json!("true"), json!(1)]),
        ("value", vec![json!(1), json!(1.0), Value::Null], vec![json!(1.1e15), json!("1")]),
        ("occurred_at", times(), no_times()),
    ];
    let code = |body: Value| {
        let typed = typed::<conversion::ConversionBody>(body);
        typed.and_then(|body| Entry::parse(body, &test, now())).is_ok()
    };
    let base = json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": "e" });
    assert_limits("Conversion", &base, &limits, code);
    assert_batch("ConversionRequest", "events", &base);
    assert_batch("SharedConversionRequest", "events", &base);
}
