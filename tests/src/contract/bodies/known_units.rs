//! Tests that the limits of known units in `openapi.yaml` match the code.

use bellwether::json;
use domain::experiment::{Definition, wire};
use domain::validation::typed;
use serde_json::{Value, json};

use testing::document::{Shape, body_of};

/// Returns changes that give the sample test known units.
pub fn listed() -> Value {
    let unit = |n: u32| json!({ "unit_id": format!("unit-{n}"), "attributes": { "industry": n % 3 }, "covariate": n });
    json!({ "targeting": {}, "namespace": null, "overrides": {}, "segments": ["industry"],
            "known_units": (0..40).map(unit).collect::<Vec<_>>() })
}

#[test]
fn the_limits_of_known_units_match_the_code() {
    let mut base = body_of("create-test");
    for (name, value) in listed().as_object().unwrap() {
        base[name] = value.clone();
    }
    let unit = |n: usize| json!({ "unit_id": format!("unit-{n}") });
    let units = |count: usize| (0..count).map(unit).collect::<Value>();
    let with = |field: &str, value: Value| {
        let mut units = base["known_units"].clone();
        units[7][field] = value;
        units
    };
    let industry = |value: Value| with("attributes", json!({ "industry": value }));
    let within = vec![
        units(10),
        units(1_000),
        Value::Null,
        industry(json!("x".repeat(64))),
        industry(json!(true)),
        industry(json!(1.5)),
        industry(Value::Null),
        with("covariate", json!(-1e15)),
        with("unit_id", json!("müller.de")),
    ];
    let outside = vec![
        units(9),
        units(1_001),
        json!([{}]),
        json!({}),
        industry(json!("x".repeat(65))),
        industry(json!("a\tb")),
        industry(json!([])),
        with("covariate", json!(1.1e15)),
        with("unit_id", json!("")),
        with("surprise", json!(1)),
    ];
    let code = |body: Value| typed::<wire::TestBody>(body).and_then(Definition::parse).is_ok();
    let shape = Shape::open("NewTest");
    for (value, wanted) in within.iter().map(|v| (v, true)).chain(outside.iter().map(|v| (v, false))) {
        let mut body = base.clone();
        body["known_units"] = value.clone();
        let strict = json::parse(body.to_string().as_bytes()).is_ok_and(code);
        assert_eq!((shape.takes(&body), strict), (wanted, wanted), "{value:#}");
        let patch = json!({ "revision": 1, "known_units": value });
        assert_eq!(Shape::open("TestPatch").takes(&patch), wanted, "a change: {value:#}");
    }
}
