//! Targeting: conditions on an account's attributes, in the JSON form of the GrowthBook SDKs and tested with their
//! reference cases. Values are compared only with values of the same type.
//!
//! [`parse`] turns the JSON into tests when a test is created, changed or read. It rejects unknown operators, so
//! they are never ignored when a unit arrives. [`value`] tests one value, [`version`] compares version texts,
//! [`pattern`] compiles patterns and counts their cost, and [`budget`] limits the cost of a decision.

mod budget;
mod choices;
pub mod explain;
mod parse;
mod pattern;
mod types;
mod value;
mod version;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::validation::Invalid;
use budget::{Budget, STEP};
pub use budget::{DECISION_UNITS, TooSlow};
pub use types::{Mismatch, Mismatches};
use value::{Test, any};

/// A parsed condition. An empty condition matches every account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Condition {
    source: Map<String, Value>,
    clauses: Clauses,
    expected: types::ExpectedTypes,
}

/// Clauses that must all be true.
type Clauses = Vec<Clause>;

/// One requirement of an object.
#[derive(Debug, Clone)]
enum Clause {
    /// All alternatives are true.
    And(Vec<Clauses>),
    /// One alternative is true, or the list is empty.
    Or(Vec<Clauses>),
    /// The negation of [`Clause::Or`].
    Nor(Vec<Clauses>),
    /// At least one of these clauses is false.
    Not(Clauses),
    /// The value at a path passes every test.
    Field(Path, Vec<Test>),
}

/// The path to a value in nested objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    parts: Vec<String>,
    bytes: usize,
}

impl Condition {
    /// Parses the JSON form.
    ///
    /// # Errors
    /// Returns each part that is unknown or too large, by its pointer into the condition.
    pub fn parse(source: &Value) -> Result<Self, Vec<Invalid>> {
        Self::within(source, pattern::DECLARED_SIZE)
    }

    fn within(source: &Value, largest_pattern: usize) -> Result<Self, Vec<Invalid>> {
        let Some(map) = source.as_object() else {
            return Err(vec![Invalid::new("", "must be an object of attributes and conditions")]);
        };
        parse::bounded(source)?;
        let clauses = parse::Parser { largest_pattern }.clauses(map)?;
        let expected = types::ExpectedTypes::of(&clauses);
        Ok(Self { source: map.clone(), clauses, expected })
    }

    /// Returns whether an account with these attributes matches the condition. A missing attribute is null.
    ///
    /// # Errors
    /// Returns an error if the decision costs more than [`DECISION_UNITS`]. This happens only with conditions and
    /// attributes that are made to be slow.
    pub fn is_met_by(&self, attributes: &Map<String, Value>) -> Result<bool, TooSlow> {
        all_true(&self.clauses, attributes, &Budget::new(DECISION_UNITS))
    }

    /// Returns the cost of a decision in units; [`DECISION_UNITS`] if it is too slow.
    #[must_use]
    pub fn units(&self, attributes: &Map<String, Value>) -> u64 {
        let budget = Budget::new(DECISION_UNITS);
        all_true(&self.clauses, attributes, &budget)
            .map_or(DECISION_UNITS, |_| DECISION_UNITS - budget.left())
    }

    /// Returns the attributes that are present and have a type with which the condition can never match.
    #[must_use]
    pub fn mismatches(&self, attributes: &Map<String, Value>) -> Vec<Mismatch> {
        self.expected.mismatches(attributes)
    }

    /// Returns the condition as its author wrote it.
    #[must_use]
    pub fn as_map(&self) -> Map<String, Value> {
        self.source.clone()
    }
}

fn all_true(clauses: &[Clause], object: &Map<String, Value>, budget: &Budget) -> Result<bool, TooSlow> {
    for clause in clauses {
        budget.spend(STEP)?;
        if !clause.is_true(object, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Clause {
    fn is_true(&self, object: &Map<String, Value>, budget: &Budget) -> Result<bool, TooSlow> {
        let one_of = |alternatives: &[Clauses]| {
            Ok(alternatives.is_empty() || any(alternatives, |one| all_true(one, object, budget), budget)?)
        };
        match self {
            Self::And(all) => Ok(!any(all, |one| Ok(!all_true(one, object, budget)?), budget)?),
            Self::Or(alternatives) => one_of(alternatives),
            Self::Nor(alternatives) => Ok(!one_of(alternatives)?),
            Self::Not(clauses) => Ok(!all_true(clauses, object, budget)?),
            Self::Field(path, tests) => {
                budget.find(path.bytes)?;
                let value = path.lookup(object);
                Ok(!any(tests, |test| Ok(!test.passes(value, budget)?), budget)?)
            }
        }
    }
}

impl Path {
    fn parse(text: &str) -> Self {
        Self { parts: text.split('.').map(str::to_owned).collect(), bytes: text.len() }
    }

    fn lookup<'a>(&self, object: &'a Map<String, Value>) -> &'a Value {
        let Some((first, rest)) = self.parts.split_first() else { return &Value::Null };
        let step = |value: &'a Value, part: &String| match value {
            Value::Object(map) => map.get(part),
            Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        let found = object.get(first).and_then(|top| rest.iter().try_fold(top, step));
        found.unwrap_or(&Value::Null)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl TryFrom<Value> for Condition {
    type Error = String;
    /// Parses a stored condition, which was declared under the limits of its time.
    fn try_from(source: Value) -> Result<Self, String> {
        Self::within(&source, pattern::STORED_SIZE)
            .map_err(|broken| broken.first().map_or_else(String::new, |first| first.detail.clone()))
    }
}

impl From<Condition> for Value {
    fn from(condition: Condition) -> Self {
        Self::Object(condition.source)
    }
}
