//! Who may enter a test: conditions over an account's attributes, in the JSON form of the GrowthBook
//! SDKs, held to their reference cases. Values are compared only with values of their own type.
//!
//! [`parse`] turns the JSON into tests, once, when a test is written or read; what it does not
//! understand is refused there and never ignored when a unit arrives. [`value`] holds the tests on
//! one value, [`version`] the order of version texts.

mod budget;
mod parse;
mod types;
mod value;
mod version;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::validation::Invalid;
use budget::Budget;
pub use budget::TooSlow;
pub use types::{Mismatch, Mismatches};
use value::Test;

/// A parsed condition; an empty one lets everybody in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Condition {
    source: Map<String, Value>,
    clauses: Clauses,
    expected: types::Expected,
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
    Field(Vec<String>, Vec<Test>),
}

impl Condition {
    /// Parses the JSON form.
    ///
    /// # Errors
    /// Each part that is not understood, by pointer into the condition.
    pub fn parse(source: &Value) -> Result<Self, Vec<Invalid>> {
        let Some(map) = source.as_object() else {
            return Err(vec![Invalid::new("", "must be an object of attributes and conditions")]);
        };
        parse::bounded(source)?;
        let clauses = parse::clauses(map)?;
        let expected = types::Expected::of(&clauses);
        Ok(Self { source: map.clone(), clauses, expected })
    }

    /// Whether an account with these attributes meets the condition. A missing attribute is null.
    ///
    /// # Errors
    /// When it would take more than 200,000 comparisons (a byte that a pattern looks at counts as
    /// 16): condition and attributes together are made to be slow.
    pub fn is_met_by(&self, attributes: &Map<String, Value>) -> Result<bool, TooSlow> {
        let budget = Budget::new();
        let met = hold(&self.clauses, attributes, &budget);
        if budget.is_spent() { Err(TooSlow) } else { Ok(met) }
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

fn hold(clauses: &[Clause], object: &Map<String, Value>, budget: &Budget) -> bool {
    let any = |alternatives: &[Clauses]| {
        alternatives.is_empty() || alternatives.iter().any(|clauses| hold(clauses, object, budget))
    };
    clauses.iter().all(|clause| match clause {
        Clause::And(all) => all.iter().all(|clauses| hold(clauses, object, budget)),
        Clause::Or(alternatives) => any(alternatives),
        Clause::Nor(alternatives) => !any(alternatives),
        Clause::Not(clauses) => !hold(clauses, object, budget),
        Clause::Field(path, tests) => {
            let value = lookup(object, path);
            tests.iter().all(|test| test.passes(value, budget))
        }
    })
}

fn lookup<'a>(object: &'a Map<String, Value>, path: &[String]) -> &'a Value {
    let Some((first, rest)) = path.split_first() else { return &Value::Null };
    let step = |value: &'a Value, part: &String| match value {
        Value::Object(map) => map.get(part),
        Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => None,
    };
    let found = object.get(first).and_then(|top| rest.iter().try_fold(top, step));
    found.unwrap_or(&Value::Null)
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
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
