//! Tests on one value.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::budget::{Budget, STEP, TooSlow};
use super::choices::Choices;
use super::pattern::Pattern;
use super::version::Version;
use super::{Clauses, all_true};

/// One requirement of a value.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// The value equals this value.
    Equal(Value),
    /// The value's order relative to this value is accepted.
    Order(Value, fn(Ordering) -> bool),
    /// The value is a version whose order relative to this version, with its length in bytes, is accepted.
    Version(Version, usize, fn(Ordering) -> bool),
    /// The value, or one of its items, is one of these.
    In(Choices),
    /// The value is present, or it is missing.
    Exists(bool),
    /// The value has this JSON type.
    Type(String),
    /// The value is a text, and the pattern matches a part of it.
    Matches(Box<Pattern>),
    /// The value is a list whose length passes the tests.
    Size(Vec<Test>),
    /// The value is a list, and each group of tests is passed by one of its items.
    All(Vec<Vec<Test>>),
    /// The value is a list with an item that passes all tests.
    Item(Vec<Test>),
    /// The value is a list with an item that matches a condition.
    Element(Clauses),
    /// The value fails at least one of the tests.
    Not(Vec<Test>),
}

impl Test {
    /// Returns whether the value passes.
    pub(super) fn passes(&self, value: &Value, budget: &Budget) -> Result<bool, TooSlow> {
        budget.spend(STEP)?;
        let items = || value.as_array().map(Vec::as_slice).unwrap_or_default();
        match self {
            Self::Equal(wanted) => equal(value, wanted, budget),
            Self::Order(wanted, accepted) => {
                budget.spend(4 * shorter(value, wanted))?;
                Ok(order(value, wanted).is_some_and(accepted))
            }
            Self::Version(wanted, bytes, accepted) => {
                let Some(text) = value.as_str() else { return Ok(false) };
                let version = budget.version(text)?;
                budget.spend(4 * text.len().min(*bytes))?;
                Ok(accepted((*version).cmp(wanted)))
            }
            Self::In(choices) => choices.contain(value, budget),
            Self::Exists(wanted) => Ok(value.is_null() != *wanted),
            Self::Type(name) => Ok(type_name(value) == name),
            Self::Matches(pattern) => value.as_str().map_or(Ok(false), |text| pattern.matches(text, budget)),
            Self::Size(tests) => Ok(value.is_array() && all(tests, &Value::from(items().len()), budget)?),
            Self::All(groups) => {
                let found = |tests: &Vec<Self>| any(items(), |item| all(tests, item, budget), budget);
                Ok(value.is_array() && !any(groups, |tests| Ok(!found(tests)?), budget)?)
            }
            Self::Item(tests) => any(items(), |item| all(tests, item, budget), budget),
            Self::Element(clauses) => {
                let nothing = Map::new();
                any(items(), |item| all_true(clauses, item.as_object().unwrap_or(&nothing), budget), budget)
            }
            Self::Not(tests) => Ok(!all(tests, value, budget)?),
        }
    }
}

/// Returns whether one of `parts` fits. Each part that is checked costs a step.
pub(super) fn any<T>(
    parts: &[T],
    fits: impl Fn(&T) -> Result<bool, TooSlow>,
    budget: &Budget,
) -> Result<bool, TooSlow> {
    for part in parts {
        budget.spend(STEP)?;
        if fits(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn all(tests: &[Test], value: &Value, budget: &Budget) -> Result<bool, TooSlow> {
    for test in tests {
        if !test.passes(value, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether two JSON values are equal; 1 and 1.0 are the same number.
pub(super) fn equal(a: &Value, b: &Value, budget: &Budget) -> Result<bool, TooSlow> {
    budget.spend(STEP)?;
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => Ok(order(a, b) == Some(Ordering::Equal)),
        (Value::String(a), Value::String(b)) if a.len() == b.len() => {
            budget.spend(a.len() / 4)?;
            Ok(a == b)
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (a, b) in a.iter().zip(b) {
                if !equal(a, b, budget)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            for (name, a) in a {
                budget.find(name.len())?;
                let Some(b) = b.get(name) else { return Ok(false) };
                if !equal(a, b, budget)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Null | Value::Bool(_), _) => Ok(a == b),
        _ => Ok(false),
    }
}

/// Compares numbers by value and texts by UTF-16 code unit, as the SDKs do. Other values have no order.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
        _ => None,
    }
}

/// Returns the bytes of the shorter of two texts; 0 if one is not a text.
fn shorter(a: &Value, b: &Value) -> usize {
    a.as_str().zip(b.as_str()).map_or(0, |(a, b)| a.len().min(b.len()))
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
