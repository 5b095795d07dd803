//! The limits of a test and of its changes.

use domain::experiment::{Definition, Seed, wire};
use domain::validation::typed;
use serde_json::{Map, Value, json};
use testing::document::{Shape, body_of};

use super::parts::{limits_of_goals, limits_of_variants};
use super::samples::{draft, now};
use super::trying::{Limits, assert_limits, numbers, slugs, switch, texts};

/// Returns `count` overrides to a variant of the sample test.
fn forced(count: u32) -> Value {
    (0..count).map(|n| (format!("unit-{n}"), json!("calculator"))).collect::<Map<_, _>>().into()
}

/// Returns the limits that a new test and a change share.
fn limits_of_a_test() -> Vec<Limits> {
    let (points, no_points) = numbers(0, 10_000);
    let (units, no_units) = numbers(2, 10_000_000);
    let namespace = |range: Value| json!({ "key": "n", "range": range });
    let [four, five] =
        [["a", "b", "c", "d"].as_slice(), &["a", "b", "c", "d", "e"]].map(|names| json!(names));
    let conditions =
        [json!({ "a": { "$gte": 1 }, "b.c": [1], "d": null }), json!({ "$or": [{ "$not": {} }] })];
    let no_conditions = [json!([]), json!({ "$and": {} }), json!({ "$or": [1] }), json!({ "$not": [] })];
    let modes = ["fixed", "external", "adaptive"].map(|mode| json!({ "mode": mode }));
    let floors = [1_000, 2_000].map(|floor| json!({ "mode": "adaptive", "floor": floor }));
    let no_modes = [
        json!({}),
        json!({ "mode": "adaptive", "floor": 500 }),
        json!({ "mode": "adaptive", "control_share": 999 }),
        json!({ "mode": "adaptive", "control_share": 8_001 }),
        json!({ "mode": "fixed", "x": 1 }),
        json!("fixed"),
    ];
    let expected = |field: &str, value: Value| {
        let mut body = json!({ "baseline": 0.1, "effect": 0.05 });
        body[field] = value;
        body
    };
    let no_expected = [("baseline", json!(-0.1)), ("baseline", Value::Null), ("effect", json!(0))];
    let more = [("effect", json!(1.1e12)), ("deviation", json!(0)), ("size", json!(0.5)), ("x", json!(1))];
    let no_expected = no_expected.into_iter().chain(more).chain([("correlation", json!(1.1))]);
    let mut limits = vec![
        (
            "name",
            vec![json!("x"), texts("ü", 200)],
            vec![json!(""), texts("ü", 201), json!("\u{7f}"), json!("a\nb")],
        ),
        (
            "hypothesis",
            vec![json!(""), json!("a\n\tb"), texts("ü", 2_000)],
            vec![texts("x", 2_001), json!("a\rb")],
        ),
        ("coverage", points, no_points),
        ("targeting", conditions.into(), no_conditions.into()),
        ("namespace", vec![namespace(json!([0, 10_000])), Value::Null], vec![json!({})]),
        ("namespace", vec![], [json!([0, 10_001]), json!([5_000]), json!([0, 1, 2])].map(namespace).into()),
        ("namespace", vec![], vec![json!({ "key": "N", "range": [0, 1] }), json!({ "key": "n" })]),
        ("overrides", vec![json!({}), forced(100)], vec![forced(101), json!([]), json!({ "acme.com": 1 })]),
        ("allocation", modes.into_iter().chain(floors).collect(), no_modes.into()),
        (
            "expected",
            vec![expected("effect", json!(1e-9)), expected("baseline", json!(0.9)), Value::Null],
            no_expected.map(|(field, value)| expected(field, value)).collect(),
        ),
        ("segments", vec![json!([]), four, json!(["x".repeat(64)])], vec![five, json!(["a", "a"])]),
        ("segments", vec![], vec![json!([""]), json!(["\t"]), json!(["x".repeat(65)])]),
        ("planned_units", units, no_units),
        ("spending", vec![json!("early"), json!("even"), json!("late")], vec![json!("soon"), json!(1)]),
        // `known_units.rs` tests the items of the list.
        ("known_units", vec![Value::Null], vec![json!([]), json!({})]),
    ];
    limits.extend(limits_of_variants().into_iter().chain(limits_of_goals()));
    limits
}

#[test]
fn the_limits_of_new_tests_match_the_code() {
    let base = body_of("create-test");
    let mut limits = limits_of_a_test();
    let not_null =
        ["name", "hypothesis", "variants", "coverage", "targeting", "overrides", "allocation", "segments"];
    let (good, bad) = slugs();
    limits.extend([
        ("test_id", good, bad),
        ("partitions", vec![json!(1), json!(256)], vec![json!(0), json!(257), Value::Null]),
        ("planned_units", vec![Value::Null], vec![]),
        ("spending", vec![], vec![Value::Null]),
        ("test_id", vec![], vec![Value::Null]),
    ]);
    let code = |body: Value| typed::<wire::TestBody>(body).and_then(Definition::parse).is_ok();
    assert_limits("NewTest", &base, &limits, code);
    let shape = Shape::open("NewTest");
    for field in not_null {
        let mut body = base.clone();
        body[field] = Value::Null;
        assert_eq!((shape.takes(&body), code(body)), (false, false), "{field}: null");
    }
}

#[test]
fn the_limits_of_the_share_that_control_keeps_match_the_code() {
    let code = |body: Value| typed::<wire::TestBody>(body).and_then(Definition::parse).is_ok();
    for (share, others, is_valid) in
        [(999, 4_500, false), (1_000, 4_500, true), (8_000, 1_000, true), (8_001, 1_000, false)]
    {
        let mut body = body_of("create-test");
        body["allocation"] = json!({ "mode": "adaptive", "control_share": share });
        body["variants"] = json!([
            { "key": "control", "weight": 10_000 - 2 * others, "is_control": true },
            { "key": "calculator", "weight": others },
            { "key": "video", "weight": others },
        ]);
        let taken = (Shape::open("NewTest").takes(&body), code(body));
        assert_eq!(taken, (is_valid, is_valid), "{share}");
    }
}

#[test]
fn the_limits_of_test_changes_match_the_code() {
    let test = draft(&json!({}));
    let mut limits = limits_of_a_test();
    let swapped = json!({ "control": 0, "calculator": 10_000 });
    limits.extend([
        ("revision", vec![json!(1)], vec![json!(-1), json!(1.5), json!("1"), Value::Null, json!(1e16)]),
        ("status", vec![json!("draft"), json!("running"), json!("archived")], vec![json!("gone"), json!(1)]),
        ("start", vec![Value::Null], vec![json!("again"), json!(true)]),
        ("spending", vec![Value::Null], vec![]),
        ("enrolment", vec![json!("open"), json!("closed"), Value::Null], vec![json!("shut"), json!(false)]),
        ("winner", vec![Value::Null], vec![json!(""), json!("Calculator"), json!(1)]),
        (
            "weights",
            vec![json!({}), swapped],
            vec![
                json!({ "control": -1 }),
                json!({ "control": 10_001 }),
                json!([]),
                json!({ "control": null }),
            ],
        ),
        ("test_id", vec![], vec![json!("another")]),
        ("partitions", vec![], vec![json!(16)]),
        switch("acknowledge_suspect"),
    ]);
    for field in ["status", "weights", "name", "hypothesis", "variants", "coverage", "targeting", "overrides"]
    {
        limits.push((field, vec![Value::Null], vec![]));
    }
    for field in ["allocation", "segments", "planned_units", "goals"] {
        limits.push((field, vec![Value::Null], vec![]));
    }
    let code = |body: Value| {
        let seed = Seed::from_random(*b"another!");
        typed::<wire::TestPatch>(body).is_ok_and(|patch| test.revise(patch, seed, now()).is_ok())
    };
    assert_limits("TestPatch", &json!({ "revision": 1 }), &limits, code);
}
