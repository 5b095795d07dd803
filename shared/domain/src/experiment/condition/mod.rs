//! Who may enter a test: conditions over an account's attributes, in the JSON form of the GrowthBook
//! SDKs, held to their reference cases. Values are compared only with values of their own type.
//!
//! [`parse`] turns the JSON into tests, once, when a test is written or read; what it does not
//! understand is refused there and never ignored when a unit arrives. [`value`] holds the tests on
//! one value, [`version`] the order of version texts, [`pattern`] what it costs to match one and
//! [`budget`] what a decision may cost.

mod budget;
mod choices;
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

/// A parsed condition; an empty one lets everybody in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Condition {
    source: Map<String, Value>,
    clauses: Clauses,
    expected: types::ExpectedTypes,
}

/// Clauses that must all hold.
type Clauses = Vec<Clause>;

/// One requirement of an object.
#[derive(Debug, Clone)]
enum Clause {
    /// All alternatives hold.
    And(Vec<Clauses>),
    /// One alternative holds, or there is none.
    Or(Vec<Clauses>),
    /// The opposite of [`Clause::Or`].
    Nor(Vec<Clauses>),
    /// These do not all hold.
    Not(Clauses),
    /// The value at a path passes every test.
    Field(Path, Vec<Test>),
}

/// The names that lead to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    parts: Vec<String>,
    bytes: usize,
}

impl Condition {
    /// Parses the JSON form.
    ///
    /// # Errors
    /// Each part that is not understood or too large, by pointer into the condition.
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

    /// Whether an account with these attributes meets the condition. A missing attribute is null.
    ///
    /// # Errors
    /// When it would cost more than [`DECISION_UNITS`]: condition and attributes together are made to
    /// be slow.
    pub fn is_met_by(&self, attributes: &Map<String, Value>) -> Result<bool, TooSlow> {
        hold(&self.clauses, attributes, &Budget::new(DECISION_UNITS))
    }

    /// What the decision about an account costs, in units, all of them when it is too slow.
    #[must_use]
    pub fn units(&self, attributes: &Map<String, Value>) -> u64 {
        let budget = Budget::new(DECISION_UNITS);
        hold(&self.clauses, attributes, &budget).map_or(DECISION_UNITS, |_| DECISION_UNITS - budget.left())
    }

    /// The attributes that are there and have a type with which the condition can never be met.
    #[must_use]
    pub fn mismatches(&self, attributes: &Map<String, Value>) -> Vec<Mismatch> {
        self.expected.mismatches(attributes)
    }

    /// The condition as its author wrote it.
    #[must_use]
    pub fn as_map(&self) -> Map<String, Value> {
        self.source.clone()
    }
}

fn hold(clauses: &[Clause], object: &Map<String, Value>, budget: &Budget) -> Result<bool, TooSlow> {
    for clause in clauses {
        budget.spend(STEP)?;
        if !clause.holds(object, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Clause {
    fn holds(&self, object: &Map<String, Value>, budget: &Budget) -> Result<bool, TooSlow> {
        let one_of = |alternatives: &[Clauses]| {
            Ok(alternatives.is_empty() || any(alternatives, |one| hold(one, object, budget), budget)?)
        };
        match self {
            Self::And(all) => Ok(!any(all, |one| Ok(!hold(one, object, budget)?), budget)?),
            Self::Or(alternatives) => one_of(alternatives),
            Self::Nor(alternatives) => Ok(!one_of(alternatives)?),
            Self::Not(clauses) => Ok(!hold(clauses, object, budget)?),
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
    /// What is stored was declared under the limits of its time.
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
