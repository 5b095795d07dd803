//! Explains why a unit does not match a condition: each failed part with the attribute, its value and its type. Parts
//! below `$or` are explained when no alternative matches, and `$not` and `$nor` by what matches although it must not.

mod phrase;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Map, Value};

use super::budget::{Budget, DECISION_UNITS, STEP, TooSlow};
use super::pattern::STORED_SIZE;
use super::types::ExpectedTypes;
use super::value::type_name;
use super::{Clauses, Condition, Path, all_true, parse};
use crate::validation::escape;

/// The maximum number of failed parts in an explanation.
const MOST: usize = 20;

/// A failed part of a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failed {
    /// JSON pointer to the part, from the condition.
    pub pointer: String,
    /// The attribute. None for a negated condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The attribute's value: unchanged up to 64 bytes, otherwise the beginning of its JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The JSON type of the value; `null` also when the attribute is missing.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// A sentence.
    pub detail: String,
}

/// Why a unit does not match.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Explanation {
    /// The failed parts, in the order of the condition.
    pub failed: Vec<Failed>,
    /// Whether there are more than 20, or the rest is too expensive to explain.
    pub truncated: bool,
}

/// A condition that is prepared for explanations, which compiles each pattern once for all units.
#[derive(Debug)]
pub struct Explainer(Vec<Part>);

#[derive(Debug)]
enum Part {
    /// All parts must match.
    All(Vec<Self>),
    /// One of these must match, if there are any.
    OneOf(Vec<Self>),
    /// This must not match. The texts are the operator and its pointer.
    Never(Clauses, &'static str, String),
    /// The attribute must pass one test.
    Leaf(Box<Leaf>),
}

/// One operator on one attribute.
#[derive(Debug)]
struct Leaf {
    pointer: String,
    path: Path,
    operator: String,
    operand: Value,
    clauses: Clauses,
    expected: ExpectedTypes,
}

impl Explainer {
    /// Prepares the explanations of a condition.
    #[must_use]
    pub fn new(condition: &Condition) -> Self {
        Self(parts(&condition.source, ""))
    }

    /// Returns the failed parts. Empty for a unit that matches.
    #[must_use]
    pub fn explain(&self, attributes: &Map<String, Value>) -> Explanation {
        let budget = Budget::new(DECISION_UNITS);
        let mut found = Explanation::default();
        let slow = self.0.iter().try_for_each(|part| part.explain(attributes, &budget, &mut found)).is_err();
        found.truncated |= slow;
        found
    }
}

/// Returns the parts of an object of the condition. A part that the parser rejects cannot be in a parsed condition.
fn parts(source: &Map<String, Value>, prefix: &str) -> Vec<Part> {
    let parser = parse::Parser { largest_pattern: STORED_SIZE };
    let each = source.iter().map(|(key, wanted)| {
        let pointer = format!("{prefix}/{}", escape(key));
        let alternatives = || -> Vec<Part> {
            let items = wanted.as_array().into_iter().flatten().enumerate();
            let own = items.filter_map(|(index, item)| Some((index, item.as_object()?)));
            own.map(|(index, item)| Part::All(parts(item, &format!("{pointer}/{index}")))).collect()
        };
        let never = |name| {
            let own = Map::from_iter([("$or".to_owned(), wanted.clone())]);
            let source = if name == "$nor" { Some(&own) } else { wanted.as_object() };
            let clauses = source.and_then(|source| parser.clauses(source).ok()).unwrap_or_default();
            Part::Never(clauses, name, pointer.clone())
        };
        match key.as_str() {
            "$and" => Part::All(alternatives()),
            "$or" => Part::OneOf(alternatives()),
            "$nor" => never("$nor"),
            "$not" => never("$not"),
            path => Part::All(leaves(path, wanted, &pointer)),
        }
    });
    each.collect()
}

/// Returns the tests of one attribute, one for each operator.
fn leaves(path: &str, wanted: &Value, pointer: &str) -> Vec<Part> {
    let parser = parse::Parser { largest_pattern: STORED_SIZE };
    let leaf = |operator: &str, operand: &Value, pointer: String| {
        let test = Map::from_iter([(operator.to_owned(), operand.clone())]);
        let source = Map::from_iter([(path.to_owned(), Value::Object(test))]);
        let clauses = parser.clauses(&source).unwrap_or_default();
        let (operator, operand) = (operator.to_owned(), operand.clone());
        let expected = ExpectedTypes::of(&clauses);
        Part::Leaf(Box::new(Leaf { pointer, path: Path::parse(path), operator, operand, clauses, expected }))
    };
    match wanted {
        Value::Object(map) if map.keys().all(|key| key.starts_with('$')) => {
            map.iter().map(|(name, own)| leaf(name, own, format!("{pointer}/{}", escape(name)))).collect()
        }
        value => vec![leaf("$eq", value, pointer.to_owned())],
    }
}

impl Part {
    fn matches(&self, attributes: &Map<String, Value>, budget: &Budget) -> Result<bool, TooSlow> {
        budget.spend(STEP)?;
        Ok(match self {
            Self::All(parts) => !first(parts, attributes, budget, false)?,
            Self::OneOf(parts) => parts.is_empty() || first(parts, attributes, budget, true)?,
            Self::Never(clauses, ..) => !all_true(clauses, attributes, budget)?,
            Self::Leaf(leaf) => all_true(&leaf.clauses, attributes, budget)?,
        })
    }

    fn explain(
        &self,
        attributes: &Map<String, Value>,
        budget: &Budget,
        found: &mut Explanation,
    ) -> Result<(), TooSlow> {
        if found.failed.len() >= MOST {
            found.truncated |= !self.matches(attributes, budget)?;
            return Ok(());
        }
        match self {
            Self::All(parts) => {
                return parts.iter().try_for_each(|part| part.explain(attributes, budget, found));
            }
            Self::OneOf(parts) if !self.matches(attributes, budget)? => {
                return parts.iter().try_for_each(|part| part.explain(attributes, budget, found));
            }
            Self::Never(_, operator, pointer) if !self.matches(attributes, budget)? => {
                let detail = phrase::negated(operator);
                found.failed.push(Failed {
                    pointer: pointer.clone(),
                    attribute: None,
                    value: None,
                    kind: None,
                    detail,
                });
            }
            Self::Leaf(leaf) if !self.matches(attributes, budget)? => {
                found.failed.push(leaf.failed(attributes));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Returns whether one of the parts has this result.
fn first(
    parts: &[Part],
    attributes: &Map<String, Value>,
    budget: &Budget,
    wanted: bool,
) -> Result<bool, TooSlow> {
    for part in parts {
        if part.matches(attributes, budget)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Leaf {
    fn failed(&self, attributes: &Map<String, Value>) -> Failed {
        let value = self.path.lookup(attributes);
        let name = self.path.parts.join(".");
        let mismatch = self.expected.mismatches(attributes).into_iter().next();
        let compared = mismatch.map(|mismatch| phrase::plural(&mismatch.expected));
        let detail = phrase::leaf(&name, value, &self.operator, &self.operand, compared);
        Failed {
            pointer: self.pointer.clone(),
            attribute: Some(name),
            value: Some(phrase::bounded(value)),
            kind: Some(type_name(value)),
            detail,
        }
    }
}
