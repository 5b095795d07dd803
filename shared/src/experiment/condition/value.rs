//! Tests on one value.

use std::cmp::Ordering;

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::budget::Budget;
use super::version::Version;
use super::{Clauses, hold};

/// A text longer than this, in bytes, matches no pattern: matching takes time in proportion.
const LONGEST_MATCHED: usize = 1_024;

/// One requirement of a value.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// It is this value.
    Equal(Value),
    /// Its order to this value is one of those accepted.
    Order(Value, fn(Ordering) -> bool),
    /// It is a version whose order to this one is accepted.
    Version(Version, fn(Ordering) -> bool),
    /// It, or one of its items, is one of these; the flag: whatever the case, and these are lower.
    In(Vec<Value>, bool),
    /// It is there, or it is not.
    Exists(bool),
    /// It is of this JSON type.
    Type(String),
    /// It is a text that the pattern matches somewhere.
    Matches(Box<Regex>),
    /// It is a list whose length passes.
    Size(Vec<Test>),
    /// It is a list, and each group of tests is passed by one of its items.
    All(Vec<Vec<Test>>),
    /// It is a list with an item that passes all tests.
    Item(Vec<Test>),
    /// It is a list with an item that meets a condition.
    Element(Clauses),
    /// It does not pass them all.
    Not(Vec<Test>),
}

impl Test {
    /// Whether the value passes. Once the budget is spent nothing does, and the decision is void.
    pub(super) fn passes(&self, value: &Value, budget: &Budget) -> bool {
        let items = || value.as_array().map(Vec::as_slice).unwrap_or_default();
        if !budget.allows(self.cost(value)) {
            return false;
        }
        match self {
            Self::Equal(wanted) => equal(value, wanted),
            Self::Order(wanted, accepted) => order(value, wanted).is_some_and(accepted),
            Self::Version(wanted, accepted) => {
                value.as_str().is_some_and(|text| accepted(Version::parse(text).cmp(wanted)))
            }
            Self::In(wanted, any_case) => is_one_of(value, wanted, *any_case),
            Self::Exists(wanted) => value.is_null() != *wanted,
            Self::Type(name) => type_name(value) == name,
            Self::Matches(pattern) => {
                value.as_str().is_some_and(|text| text.len() <= LONGEST_MATCHED && pattern.is_match(text))
            }
            Self::Size(tests) => value.is_array() && all(tests, &Value::from(items().len()), budget),
            Self::All(groups) => {
                let found = |tests: &Vec<Self>| items().iter().any(|item| all(tests, item, budget));
                value.is_array() && groups.iter().all(found)
            }
            Self::Item(tests) => items().iter().any(|item| all(tests, item, budget)),
            Self::Element(clauses) => items().iter().any(|item| {
                let nothing = Map::new();
                hold(clauses, item.as_object().unwrap_or(&nothing), budget)
            }),
            Self::Not(tests) => !all(tests, value, budget),
        }
    }

    /// The comparisons this test makes by itself.
    fn cost(&self, value: &Value) -> usize {
        match self {
            Self::In(wanted, _) => 1 + wanted.len() * value.as_array().map_or(1, Vec::len),
            Self::Matches(_) => 1 + 16 * value.as_str().map_or(0, str::len).min(LONGEST_MATCHED),
            _ => 1,
        }
    }
}

fn all(tests: &[Test], value: &Value, budget: &Budget) -> bool {
    tests.iter().all(|test| test.passes(value, budget))
}

/// Equality of JSON values, where 1 and 1.0 are the same number.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => order(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Numbers by value and texts by UTF-16 code unit, as in the SDKs; nothing else has an order.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
        _ => None,
    }
}

/// With `any_case` the wanted texts are in lower case already.
fn is_one_of(value: &Value, wanted: &[Value], any_case: bool) -> bool {
    let found = |value: &Value| match value {
        Value::String(text) if any_case => {
            let lower = text.to_lowercase();
            wanted.iter().any(|w| w.as_str() == Some(&lower))
        }
        _ => wanted.iter().any(|w| equal(value, w)),
    };
    match value {
        Value::Array(items) => items.iter().any(found),
        _ => found(value),
    }
}

pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
