//! Who may enter a test: conditions over an account's attributes, in the JSON form of the GrowthBook
//! SDKs, held to their reference cases. Values are compared only with values of their own type.
//!
//! Equality and comparison are understood; any other operator is refused when the test is written,
//! never ignored when a unit arrives.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::validation::{Invalid, escape};

/// A parsed condition; an empty one lets everybody in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Condition {
    source: Map<String, Value>,
    clauses: Vec<Clause>,
}

/// One attribute and one thing required of it.
#[derive(Debug, Clone, PartialEq)]
struct Clause {
    path: Vec<String>,
    operator: Operator,
    operand: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Parses the JSON form.
    ///
    /// # Errors
    /// Each operator that is not understood, by pointer into the condition.
    pub fn parse(source: &Value) -> Result<Self, Vec<Invalid>> {
        let Some(map) = source.as_object() else {
            return Err(vec![Invalid::new("", "must be an object of attributes and conditions")]);
        };
        let (mut clauses, mut broken) = (Vec::new(), Vec::new());
        for (key, wanted) in map {
            if key.starts_with('$') {
                let detail = format!("operator {key} is not built yet");
                broken.push(Invalid::new(format!("/{}", escape(key)), detail));
                continue;
            }
            let path: Vec<String> = key.split('.').map(str::to_owned).collect();
            for (operator, operand) in operators(key, wanted, &mut broken) {
                clauses.push(Clause { path: path.clone(), operator, operand });
            }
        }
        if broken.is_empty() { Ok(Self { source: map.clone(), clauses }) } else { Err(broken) }
    }

    /// Whether an account with these attributes meets the condition. A missing attribute is null.
    #[must_use]
    pub fn is_met_by(&self, attributes: &Map<String, Value>) -> bool {
        self.clauses.iter().all(|clause| clause.holds(lookup(attributes, &clause.path)))
    }

    /// The condition as its author wrote it.
    #[must_use]
    pub fn as_map(&self) -> Map<String, Value> {
        self.source.clone()
    }
}

/// What is required of one attribute: each operator with its operand, or equality with a value.
fn operators(key: &str, wanted: &Value, broken: &mut Vec<Invalid>) -> Vec<(Operator, Value)> {
    let is_operators = |map: &Map<String, Value>| map.keys().all(|k| k.starts_with('$'));
    match wanted {
        Value::Object(map) if is_operators(map) => map
            .iter()
            .filter_map(|(name, operand)| {
                let operator = Operator::parse(name);
                if operator.is_none() {
                    let pointer = format!("/{}/{}", escape(key), escape(name));
                    broken.push(Invalid::new(pointer, format!("operator {name} is not built yet")));
                }
                Some((operator?, operand.clone()))
            })
            .collect(),
        value => vec![(Operator::Equal, value.clone())],
    }
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "$eq" => Self::Equal,
            "$ne" => Self::NotEqual,
            "$lt" => Self::Less,
            "$lte" => Self::LessOrEqual,
            "$gt" => Self::Greater,
            "$gte" => Self::GreaterOrEqual,
            _ => return None,
        })
    }
}

impl Clause {
    fn holds(&self, actual: &Value) -> bool {
        let order = || order(actual, &self.operand);
        match self.operator {
            Operator::Equal => equal(actual, &self.operand),
            Operator::NotEqual => !equal(actual, &self.operand),
            Operator::Less => order() == Some(Ordering::Less),
            Operator::LessOrEqual => order().is_some_and(Ordering::is_le),
            Operator::Greater => order() == Some(Ordering::Greater),
            Operator::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
        }
    }
}

/// Equality of JSON values, where 1 and 1.0 are the same number.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => order(a, b) == Some(Ordering::Equal),
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

fn lookup<'a>(attributes: &'a Map<String, Value>, path: &[String]) -> &'a Value {
    let Some((first, rest)) = path.split_first() else { return &Value::Null };
    let step = |value: &'a Value, part: &String| match value {
        Value::Object(map) => map.get(part),
        Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => None,
    };
    let found = attributes.get(first).and_then(|top| rest.iter().try_fold(top, step));
    found.unwrap_or(&Value::Null)
}

impl TryFrom<Value> for Condition {
    type Error = String;
    fn try_from(source: Value) -> Result<Self, String> {
        Self::parse(&source)
            .map_err(|broken| broken.first().map_or_else(String::new, |first| first.detail.clone()))
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Self {
        Self::Object(condition.source)
    }
}
