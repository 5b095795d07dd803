//! Properties of the parsers for arbitrary bytes. Each is a function that panics when the property is
//! violated. `cargo fuzz` searches for such bytes (`fuzz/`), property tests try some in every run, and a test
//! replays the stored corpus.
//!
//! To add a parser, add a function here, a line in [`TARGETS`], a file of the same name in
//! `fuzz/fuzz_targets/` and seeds in `fuzz/corpus/`.

mod cookie;
mod token;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

pub use cookie::cookie;
pub use token::token;

use crate::json as strict;
use crate::store::key::EventKey;
use domain::clock::Timestamp;
use domain::experiment::condition::Condition;
use domain::experiment::{Definition, Entry, Experiment, Seed, Unit};
use domain::validation::Invalid;
use domain::validation::typed;

/// A parser's name and its property.
pub type Target = (&'static str, fn(&[u8]));

/// All parsers of untrusted bytes.
pub const TARGETS: [Target; 4] =
    [("token", token), ("cookie", cookie), ("condition", condition), ("body", body)];

/// 2026-11-21T10:00:00Z.
fn noon() -> Timestamp {
    Timestamp::from_millis(1_795_255_200_000)
}

/// A test with goals of every kind.
static TEST: LazyLock<Experiment> = LazyLock::new(|| {
    let body = json!({ "test_id": "t", "name": "T",
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "binary", "kind": "binary", "role": "primary" }, { "key": "count", "kind": "count" },
                  { "key": "sum", "kind": "sum" }] });
    Experiment::draft(
        typed(body).and_then(Definition::parse).expect("a test"),
        Seed::from_random([7; 8]),
        noon(),
    )
});

/// Bodies. If the strict parser accepts a body, `serde_json` parses it to the same value, and the value is
/// unchanged after it is written and read back. If only the strict parser refuses a body, the error names the
/// field. A test that a body declares is unchanged when it is declared again from its own body.
pub fn body(input: &[u8]) {
    let lax = serde_json::from_slice::<Value>(input);
    let value = match (strict::parse(input), lax) {
        (Ok(value), Ok(lax)) => {
            assert_eq!(value, lax);
            assert_eq!(
                strict::parse(value.to_string().as_bytes()).expect("a value that was parsed before"),
                value
            );
            value
        }
        (Ok(value), Err(error)) => panic!("{value} is not JSON: {error}"),
        (Err(refused), lax) => {
            let named = match &refused {
                strict::Unreadable::Field(_) => true,
                strict::Unreadable::Malformed(why) => why.contains("nested deeper"),
            };
            assert!(named || lax.is_err(), "{refused:?}");
            return;
        }
    };
    if let Some(definition) = checked(typed(value.clone()).and_then(Definition::parse)) {
        assert_eq!(
            Definition::parse(definition.body()).expect("a definition that was accepted before"),
            definition
        );
        let test = Experiment::draft(definition, Seed::from_random([7; 8]), noon());
        let stored = serde_json::to_vec(&test).expect("a test is JSON");
        assert_eq!(serde_json::from_slice::<Experiment>(&stored).expect("a stored test"), test);
    }
    if let Some(entry) = checked(typed(value.clone()).and_then(|body| Entry::parse(body, &TEST, noon()))) {
        let key = EventKey::of(&entry.event);
        assert_eq!(EventKey::read(&key.write()), Some(key), "an accepted outcome has a key of its own");
    }
    checked(typed(value).and_then(|body| Unit::parse(body, &TEST)));
}

/// Returns the value. If there are errors instead, asserts that each points into the body.
fn checked<T>(result: Result<T, Vec<Invalid>>) -> Option<T> {
    let complaints = result.as_ref().err().into_iter().flatten();
    for Invalid { pointer, detail } in complaints {
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
        assert!(!detail.is_empty());
    }
    assert!(result.as_ref().err().is_none_or(|complaints| !complaints.is_empty()));
    result.ok()
}

/// Conditions, as `{"condition": …, "attributes": {…}}`. An accepted condition is written as it was sent,
/// gives the same decision when it is read back, and its negation gives the opposite decision.
pub fn condition(input: &[u8]) {
    let Ok(Value::Object(mut input)) = strict::parse(input) else { return };
    let source = input.remove("condition").unwrap_or_default();
    let attributes = match input.remove("attributes") {
        Some(Value::Object(attributes)) => attributes,
        _ => Map::new(),
    };
    let Some(condition) = checked(Condition::parse(&source)) else { return };
    let written = Value::from(condition.clone());
    assert_eq!(written, source);
    let decided = condition.is_met_by(&attributes);
    let again = Condition::parse(&written).expect("a condition that was accepted before");
    assert_eq!(again.is_met_by(&attributes), decided);
    let opposite = json!({ "$not": source });
    let opposite = Condition::parse(&opposite).expect("a negation").is_met_by(&attributes);
    if let (Ok(met), Ok(opposite)) = (decided, opposite) {
        assert_ne!(met, opposite);
    }
}
