//! What `openapi.yaml` says of bodies is what the code takes and gives.

use std::collections::BTreeSet;

use bellwether::auth::identity::Email;
use bellwether::auth::password::Password;
use bellwether::auth::role::Role;
use bellwether::clock::Timestamp;
use bellwether::experiment::{
    Assignment, Conversion, Decision, Definition, Experiment, Seed, Told, Unit, conversion, decide, unit,
    wire,
};
use bellwether::http::extract::typed;
use bellwether::http::json;
use bellwether::stats::fold::{Fold, Row};
use bellwether::stats::report::Report;
use serde_json::{Value, json};

use super::document::{CONTRACT, Shape, body_of, source};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_255_200_250)
}

/// The sample test, as a draft.
fn draft(changes: &Value) -> Experiment {
    let mut body = body_of("create-test");
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = Definition::parse(typed(body).unwrap()).unwrap();
    Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), now())
}

fn launched(changes: &Value) -> Experiment {
    let start = typed(json!({ "revision": 1, "status": "running" })).unwrap();
    draft(changes).revise(start, Seed::from_random(*b"another!"), now()).unwrap()
}

fn asked(body: Value) -> Unit {
    Unit::parse(typed(body).unwrap()).unwrap()
}

/// What the sample test reports when of `units` in an arm `converted` have converted.
fn report(arms: [(&str, u32, u32); 2]) -> Value {
    let test = launched(&json!({}));
    let mut fold = Fold::new(&test);
    for (variant, units, converted) in arms {
        for n in 0..units {
            let unit = asked(json!({ "unit_id": format!("{variant}-{n}") }));
            let variant = test.definition.variants.iter().find(|v| v.key.as_str() == variant).unwrap();
            let assignment = Assignment::of(&test, &unit, variant, now()).unwrap();
            fold.push(Row::Assigned { unit_id: unit.id.clone(), phase: 1, assignment });
            if n < converted {
                let body = json!({ "unit_id": unit.id, "goal": "demo-booked", "event_id": "e" });
                fold.push(Row::Converted(Conversion::parse(typed(body).unwrap(), &test, now()).unwrap()));
            }
        }
    }
    serde_json::to_value(Report::new(&test, &fold.finish(), now())).unwrap()
}

#[test]
fn what_the_code_answers_fits_the_contract_and_no_field_is_missing_from_it() {
    let view = |test: &Experiment| serde_json::to_value(test.view()).unwrap();
    let test = Shape::closed("Test");
    test.assert_takes(&view(&draft(&json!({}))), "a draft");
    test.assert_takes(&view(&launched(&json!({ "planned_units": null, "targeting": {} }))), "a running test");
    let results = Shape::closed("Results");
    results.assert_takes(&report([("control", 0, 0), ("calculator", 0, 0)]), "nothing yet");
    results.assert_takes(&report([("control", 201, 23), ("calculator", 199, 41)]), "some results");
    results.assert_takes(&report([("control", 90, 3), ("calculator", 10, 1)]), "a broken split");
    let assignment = Shape::closed("AssignmentAnswer");
    let told = |told: Told| serde_json::to_value(told).unwrap();
    let open = launched(&json!({ "targeting": {} }));
    let external = launched(&json!({ "targeting": {}, "allocation": { "mode": "external" } }));
    let named = json!({ "unit_id": "acme.com", "variant": "calculator" });
    for (test, body) in [(&open, json!({ "unit_id": "acme.com" })), (&external, named)] {
        let unit = asked(body);
        let Decision::Assign(variant) = decide(test, &unit).unwrap() else { panic!("it takes part") };
        let stored = Assignment::of(test, &unit, variant, now()).unwrap();
        assignment.assert_takes(&told(Told::assigned(test, unit, stored, true)), "an assignment");
    }
    let unit = asked(json!({ "unit_id": "acme.com" }));
    let targeted = launched(&json!({}));
    let Decision::Leave(reason) = decide(&targeted, &unit).unwrap() else { panic!("it is not targeted") };
    assignment.assert_takes(&told(Told::left(&targeted, unit, reason)), "no assignment");
}

/// A field, values within its limits, and values outside them.
type Limits = (&'static str, Vec<Value>, Vec<Value>);

/// Puts every value into `base` and asserts that the contract and the code take what is within the
/// limits and that both refuse what is not.
fn assert_limits(schema: &str, base: &Value, limits: &[Limits], code: impl Fn(Value) -> bool) {
    let shape = Shape::open(schema);
    let agree = |body: &Value, wanted: bool, what: &str| {
        let strict = json::parse(body.to_string().as_bytes());
        let verdicts = (shape.takes(body), strict.is_ok_and(&code));
        assert_eq!(verdicts, (wanted, wanted), "{schema}: contract and code on {what}\n{body:#}");
    };
    agree(base, true, "the base");
    for (pointer, within, outside) in limits {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let values = within.iter().map(|value| (value, true)).chain(outside.iter().map(|v| (v, false)));
        for (value, wanted) in values {
            let mut body = base.clone();
            body.pointer_mut(parent).unwrap()[field] = value.clone();
            agree(&body, wanted, pointer);
        }
    }
    let properties = CONTRACT["components"]["schemas"][schema]["properties"].as_object().unwrap().keys();
    let tried: BTreeSet<&str> = limits.iter().filter_map(|(p, ..)| p.split('/').nth(1)).collect();
    for property in properties {
        assert!(tried.contains(property.as_str()), "the limits of {property} are not tried");
    }
    let mut unknown = base.clone();
    unknown["surprise"] = json!(1);
    agree(&unknown, false, "an unknown field");
}

fn texts(text: &str, count: usize) -> Value {
    json!(text.repeat(count))
}

fn slugs() -> (Vec<Value>, Vec<Value>) {
    let outside =
        vec![json!(""), texts("x", 64), json!("-a"), json!("A"), json!("a_b"), json!("ü"), json!(7)];
    (vec![json!("a"), json!("0-"), texts("x", 63)], outside)
}

/// Variants and goals by number, with weights that sum to 10,000 and one control and one primary.
fn variants(count: u32) -> Value {
    let weight = |n| if n == 0 { 10_000 - 400 * (count - 1) } else { 400 };
    let variant = |n| json!({ "key": format!("v{n}"), "weight": weight(n), "is_control": n == 0 });
    (0..count).map(variant).collect()
}

fn goals(count: u32) -> Value {
    let role = |n| if n == 0 { "primary" } else { "none" };
    (0..count).map(|n| json!({ "key": format!("g{n}"), "kind": "binary", "role": role(n) })).collect()
}

fn variant(field: &str, value: &Value) -> Value {
    let mut two = variants(2);
    two[1][field] = value.clone();
    two
}

fn goal(field: &str, value: &Value) -> Value {
    let mut two = goals(2);
    two[1][field] = value.clone();
    two
}

/// What a new test and a change have in common.
fn limits_of_a_test() -> Vec<Limits> {
    let (good_keys, bad_keys) = slugs();
    let each = |of: fn(&str, &Value) -> Value, field: &str, values: &[Value]| -> Vec<Value> {
        values.iter().map(|value| of(field, value)).collect()
    };
    let numbers = |least: i64, most: i64| -> (Vec<Value>, Vec<Value>) {
        let outside = vec![json!(least - 1), json!(most + 1), json!(1.5), json!("1"), json!(true)];
        (vec![json!(least), json!(most)], outside)
    };
    let (points, no_points) = numbers(0, 10_000);
    let (units, no_units) = numbers(2, 10_000_000);
    let (days, no_days) = numbers(1, 365);
    let parameters = [json!({}), json!({ "a": [null, 1, { "b": "c" }] })];
    let weights = [[0, 10_000], [10_000, 0]].map(|[a, b]| {
        let mut two = variants(2);
        (two[0]["weight"], two[1]["weight"]) = (json!(a), json!(b));
        two
    });
    let attributes = |names: &[&str]| json!(names);
    vec![
        (
            "/name",
            vec![json!("x"), texts("ü", 200)],
            vec![json!(""), texts("ü", 201), json!("\u{7f}"), json!("a\nb")],
        ),
        (
            "/hypothesis",
            vec![json!(""), json!("a\n\tb"), texts("ü", 2_000)],
            vec![texts("x", 2_001), json!("a\rb")],
        ),
        ("/variants", vec![variants(2), variants(20)], vec![json!([]), variants(1), variants(21), json!({})]),
        ("/variants", weights.into(), each(variant, "weight", &no_points)),
        ("/variants", each(variant, "key", &good_keys), each(variant, "key", &bad_keys)),
        ("/variants", each(variant, "is_control", &[json!(false)]), each(variant, "is_control", &[json!(0)])),
        (
            "/variants",
            each(variant, "parameters", &parameters),
            each(variant, "parameters", &[json!([]), Value::Null]),
        ),
        ("/variants", vec![], each(variant, "surprise", &[json!(1)])),
        ("/coverage", points, no_points),
        (
            "/targeting",
            vec![json!({}), json!({ "a": { "$gte": 1 }, "b.c": [1], "d": null })],
            vec![json!([])],
        ),
        (
            "/allocation",
            vec![json!({ "mode": "fixed" }), json!({ "mode": "external" })],
            vec![
                json!({}),
                json!({ "mode": "adaptive" }),
                json!({ "mode": "fixed", "x": 1 }),
                json!("fixed"),
            ],
        ),
        (
            "/segments",
            vec![json!([]), attributes(&["a", "b", "c", "d"]), json!(["x".repeat(64)])],
            vec![
                attributes(&["a", "b", "c", "d", "e"]),
                attributes(&["a", "a"]),
                attributes(&[""]),
                attributes(&["\t"]),
                json!(["x".repeat(65)]),
            ],
        ),
        ("/planned_units", units, no_units),
        ("/goals", vec![goals(1), goals(20)], vec![json!([]), goals(21)]),
        ("/goals", each(goal, "key", &good_keys), each(goal, "key", &bad_keys)),
        ("/goals", vec![], each(goal, "kind", &["count", "sum", "ratio", "median"].map(Value::from))),
        (
            "/goals",
            each(goal, "role", &["secondary", "none"].map(Value::from)),
            each(goal, "role", &["guardrail", "first"].map(Value::from)),
        ),
        ("/goals", each(goal, "window_days", &days), each(goal, "window_days", &no_days)),
        ("/goals", vec![], each(goal, "surprise", &[json!(1)])),
    ]
}

#[test]
fn the_limits_of_a_new_test_are_those_of_the_code() {
    let base = body_of("create-test");
    let mut limits = limits_of_a_test();
    let not_null =
        ["name", "hypothesis", "variants", "coverage", "targeting", "allocation", "segments", "goals"];
    let (good, bad) = slugs();
    limits.extend([
        ("/test_id", good, bad),
        ("/partitions", vec![json!(1), json!(256)], vec![json!(0), json!(257), Value::Null]),
        ("/planned_units", vec![Value::Null], vec![]),
        ("/test_id", vec![], vec![Value::Null]),
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
fn the_limits_of_a_change_are_those_of_the_code() {
    let test = draft(&json!({}));
    let mut limits = limits_of_a_test();
    let swapped = json!({ "control": 0, "calculator": 10_000 });
    limits.extend([
        ("/revision", vec![json!(1)], vec![json!(-1), json!(1.5), json!("1"), Value::Null, json!(1e16)]),
        ("/status", vec![json!("draft"), json!("running"), json!("archived")], vec![json!("gone"), json!(1)]),
        (
            "/weights",
            vec![json!({}), swapped],
            vec![
                json!({ "control": -1 }),
                json!({ "control": 10_001 }),
                json!([]),
                json!({ "control": null }),
            ],
        ),
        ("/test_id", vec![], vec![json!("another")]),
        ("/partitions", vec![], vec![json!(16)]),
    ]);
    for field in ["/status", "/weights", "/name", "/hypothesis", "/variants", "/coverage", "/targeting"] {
        limits.push((field, vec![Value::Null], vec![]));
    }
    for field in ["/allocation", "/segments", "/planned_units", "/goals"] {
        limits.push((field, vec![Value::Null], vec![]));
    }
    let code = |body: Value| {
        let seed = Seed::from_random(*b"another!");
        typed::<wire::TestPatch>(body).is_ok_and(|patch| test.revise(patch, seed, now()).is_ok())
    };
    assert_limits("TestPatch", &json!({ "revision": 1 }), &limits, code);
}

fn unit_ids() -> Limits {
    let outside = vec![json!(""), texts("x", 257), json!("a\tb"), json!("a\u{85}"), json!(7), Value::Null];
    ("/unit_id", vec![json!("müller.de"), texts("x", 256)], outside)
}

#[test]
fn the_limits_of_an_assignment_are_those_of_the_code() {
    let (good, bad) = slugs();
    let limits = [
        unit_ids(),
        ("/attributes", vec![json!({}), json!({ "a": { "b": [null] } })], vec![json!([]), Value::Null]),
        ("/covariate", vec![json!(-1e15), json!(1e15), Value::Null], vec![json!(1.1e15), json!("1")]),
        ("/variant", good, bad),
        ("/variant", vec![Value::Null], vec![]),
    ];
    let code = |body: Value| typed::<unit::UnitBody>(body).and_then(Unit::parse).is_ok();
    assert_limits("Unit", &json!({ "unit_id": "acme.com" }), &limits, code);
}

#[test]
fn the_limits_of_a_conversion_are_those_of_the_code() {
    let test = launched(&json!({}));
    let limits = [
        unit_ids(),
        ("/goal", vec![json!("opt-out")], slugs().1),
        (
            "/event_id",
            vec![json!("A.b_c:d-9"), texts("x", 64)],
            vec![json!(""), json!("a b"), json!("é"), texts("x", 65), Value::Null],
        ),
        ("/value", vec![json!(1), json!(1.0), Value::Null], vec![json!(0), json!(2), json!("1")]),
        (
            "/occurred_at",
            vec![json!("2026-11-21T10:00:00Z"), json!("2026-11-21T10:00:00.5+01:00"), Value::Null],
            vec![json!("yesterday"), json!("2026-11-21"), json!("2026-11-21T10:00:00"), json!(1)],
        ),
    ];
    let code = |body: Value| {
        let typed = typed::<conversion::ConversionBody>(body);
        typed.and_then(|body| Conversion::parse(body, &test, now())).is_ok()
    };
    let base = json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": "e" });
    assert_limits("Conversion", &base, &limits, code);
}

#[test]
fn the_limits_of_a_person_are_those_of_the_code() {
    let limits = [
        ("/email", vec![json!("a@b"), json!("Ada@example.com")], vec![json!(""), json!("nobody"), json!(1)]),
        ("/email", vec![], vec![json!(format!("a@{}com", "example.".repeat(32)))]),
        ("/password", vec![texts("ü", 15), texts("x", 128)], vec![texts("ü", 14), texts("x", 129), json!(1)]),
        (
            "/role",
            vec![json!("admin"), json!("analyst"), json!("viewer")],
            vec![json!("service"), json!("x")],
        ),
    ];
    let code = |body: Value| {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let email = text("email").is_some_and(|email| Email::parse(&email).is_ok());
        let password = text("password").is_some_and(|text| Password::parse(&text.into()).is_ok());
        let role = serde_json::from_value(body["role"].clone()).is_ok_and(|role: Role| role != Role::Service);
        email && password && role && body.as_object().unwrap().len() == 3
    };
    let base = json!({ "email": "a@b.c", "password": "a long enough password", "role": "viewer" });
    assert_limits("NewUser", &base, &limits, code);
    assert!(source("create-user").contains("new.role == Role::Service"), "the one role that is for machines");
}
