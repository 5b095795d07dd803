//! Compares limits: the contract and the code must accept the same values.

use std::collections::BTreeSet;

use bellwether::json;
use bellwether::runtime::batch::Batch;
use bellwether::runtime::body::Unscreened;
use serde_json::{Value, json};
use testing::document::{CONTRACT, Shape};

/// A field, values within its limits, and values outside them.
pub type Limits = (&'static str, Vec<Value>, Vec<Value>);

/// Puts every value into `base` and asserts that the contract and the code accept values within the
/// limits and refuse the others.
pub fn assert_limits(schema: &str, base: &Value, limits: &[Limits], code: impl Fn(Value) -> bool) {
    let shape = Shape::open(schema);
    let agree = |body: &Value, wanted: bool, what: &str| {
        let strict = json::parse(body.to_string().as_bytes());
        let verdicts = (shape.takes(body), strict.is_ok_and(&code));
        assert_eq!(verdicts, (wanted, wanted), "{schema}: contract and code on {what}\n{body:#}");
    };
    agree(base, true, "the base");
    for (field, within, outside) in limits {
        let values = within.iter().map(|value| (value, true)).chain(outside.iter().map(|v| (v, false)));
        for (value, wanted) in values {
            let mut body = base.clone();
            body[field] = value.clone();
            agree(&body, wanted, field);
        }
    }
    let properties = CONTRACT["components"]["schemas"][schema]["properties"].as_object().unwrap().keys();
    let tried: BTreeSet<&str> = limits.iter().map(|(field, ..)| *field).collect();
    for property in properties {
        assert!(tried.contains(property.as_str()), "the limits of {property} are not tried");
    }
    let mut unknown = base.clone();
    unknown["surprise"] = json!(1);
    agree(&unknown, false, "an unknown field");
}

/// Does the same for a list of up to 100 copies of `item` under `name`.
pub fn assert_batch(schema: &str, name: &str, item: &Value) {
    let shape = Shape::open(schema);
    let list = |count| vec![item.clone(); count];
    let mut beside = item.clone();
    beside[name] = json!(list(1));
    let within = [item.clone(), json!({ name: list(1) }), json!({ name: list(100) })];
    let outside = [json!({ name: [] }), json!({ name: list(101) }), json!({ name: item }), beside];
    let bodies = within.iter().map(|body| (body, true)).chain(outside.iter().map(|body| (body, false)));
    for (body, wanted) in bodies {
        let verdicts = (shape.takes(body), Batch::parse(Unscreened::of(body.clone()), name).is_ok());
        assert_eq!(verdicts, (wanted, wanted), "{schema}: contract and code");
    }
}

pub fn texts(text: &str, count: usize) -> Value {
    json!(text.repeat(count))
}

pub fn slugs() -> (Vec<Value>, Vec<Value>) {
    let outside =
        vec![json!(""), texts("x", 64), json!("-a"), json!("A"), json!("a_b"), json!("ü"), json!(7)];
    (vec![json!("a"), json!("0-"), texts("x", 63)], outside)
}

/// Returns the ends of a range of integers, and values outside it.
pub fn numbers(least: i64, most: i64) -> (Vec<Value>, Vec<Value>) {
    let outside = vec![json!(least - 1), json!(most + 1), json!(1.5), json!("1"), json!(true)];
    (vec![json!(least), json!(most)], outside)
}

pub fn revisions() -> Limits {
    ("revision", vec![json!(1)], vec![json!(-1), json!(1.5), json!("1"), Value::Null, json!(1e16)])
}

/// Returns the limits of an optional boolean.
pub fn switch(name: &'static str) -> Limits {
    (name, vec![json!(true), json!(false), Value::Null], vec![json!("true"), json!(1)])
}
