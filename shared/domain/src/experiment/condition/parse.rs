//! Parses the JSON form of a condition into tests. Everything that cannot be evaluated is rejected by its pointer.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::choices::Choices;
use super::pattern::{PATTERN_BYTES, Pattern};
use super::value::Test;
use super::version::Version;
use super::{Clause, Clauses, Path};
use crate::validation::{Invalid, escape};

/// The maximum number of patterns in a condition. Each is compiled whenever the test is read.
const PATTERNS: usize = 20;

/// The maximum number of errors in a response. Each pointer repeats the names above it, so thousands of errors
/// below one long name would make a response of a hundred megabytes.
const NAMED: usize = 20;

/// Errors, each with its pointer.
type Refused = Vec<Invalid>;

/// Rejects a condition with too many patterns.
pub(super) fn bounded(source: &Value) -> Result<(), Refused> {
    fn patterns(value: &Value) -> usize {
        match value {
            Value::Object(map) => {
                map.iter().map(|(key, value)| usize::from(key.starts_with("$regex")) + patterns(value)).sum()
            }
            Value::Array(items) => items.iter().map(patterns).sum(),
            _ => 0,
        }
    }
    if patterns(source) > PATTERNS {
        return Err(refused("must contain at most 20 patterns"));
    }
    Ok(())
}

/// Parses the JSON form into clauses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parser {
    /// The maximum size of a compiled pattern, in bytes.
    pub(super) largest_pattern: usize,
}

impl Parser {
    /// Parses the clauses of a condition on an object.
    pub(super) fn clauses(self, map: &Map<String, Value>) -> Result<Clauses, Refused> {
        collect(map.iter().map(|(key, wanted)| self.clause(key, wanted).map_err(|found| under(key, found))))
    }

    fn clause(self, key: &str, wanted: &Value) -> Result<Clause, Refused> {
        match key {
            "$and" => self.alternatives(wanted).map(Clause::And),
            "$or" => self.alternatives(wanted).map(Clause::Or),
            "$nor" => self.alternatives(wanted).map(Clause::Nor),
            "$not" => Ok(Clause::Not(self.clauses(object(wanted)?)?)),
            unknown if unknown.starts_with('$') => {
                Err(refused("is not an operator; an attribute's name cannot begin with $"))
            }
            path => Ok(Clause::Field(Path::parse(path), self.tests(wanted)?)),
        }
    }

    fn alternatives(self, wanted: &Value) -> Result<Vec<Clauses>, Refused> {
        let each = list(wanted)?.iter().enumerate().map(|(index, item)| {
            let own = object(item).and_then(|map| self.clauses(map));
            own.map_err(|found| under(&index.to_string(), found))
        });
        collect(each)
    }

    /// Parses the tests of a value: those of its operators, or equality with it.
    fn tests(self, wanted: &Value) -> Result<Vec<Test>, Refused> {
        match wanted {
            Value::Object(map) if map.keys().all(|key| key.starts_with('$')) => {
                let each = map
                    .iter()
                    .map(|(name, operand)| self.test(name, operand).map_err(|found| under(name, found)));
                collect(each)
            }
            Value::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
                Err(refused("mixes operators with other names; put a $ before each operator"))
            }
            value => Ok(vec![Test::Equal(value.clone())]),
        }
    }

    fn test(self, name: &str, operand: &Value) -> Result<Test, Refused> {
        let value = || operand.clone();
        Ok(match name {
            "$eq" => Test::Equal(value()),
            "$ne" => Test::Not(vec![Test::Equal(value())]),
            "$lt" => Test::Order(value(), Ordering::is_lt),
            "$lte" => Test::Order(value(), Ordering::is_le),
            "$gt" => Test::Order(value(), Ordering::is_gt),
            "$gte" => Test::Order(value(), Ordering::is_ge),
            "$veq" => version(operand, Ordering::is_eq)?,
            "$vne" => Test::Not(vec![version(operand, Ordering::is_eq)?]),
            "$vlt" => version(operand, Ordering::is_lt)?,
            "$vlte" => version(operand, Ordering::is_le)?,
            "$vgt" => version(operand, Ordering::is_gt)?,
            "$vgte" => version(operand, Ordering::is_ge)?,
            "$in" => Test::In(Choices::of(list(operand)?, false)),
            "$ini" => Test::In(Choices::of(list(operand)?, true)),
            "$nin" => Test::Not(vec![Test::In(Choices::of(list(operand)?, false))]),
            "$nini" => Test::Not(vec![Test::In(Choices::of(list(operand)?, true))]),
            "$exists" => Test::Exists(operand.as_bool().ok_or_else(|| refused("must be true or false"))?),
            "$type" => Test::Type(text(operand)?.to_owned()),
            "$regex" => self.pattern(operand, false)?,
            "$regexi" => self.pattern(operand, true)?,
            "$size" => Test::Size(self.tests(operand)?),
            "$all" => Test::All(collect(list(operand)?.iter().map(|item| self.tests(item)))?),
            "$alli" => {
                let one = |item: &Value| vec![Test::In(Choices::of(std::slice::from_ref(item), true))];
                Test::All(list(operand)?.iter().map(one).collect())
            }
            "$elemMatch" => self.element(operand)?,
            "$not" => Test::Not(self.tests(operand)?),
            "$inGroup" | "$notInGroup" => {
                return Err(refused(
                    "needs groups, which Bellwether does not have; list the values with $in",
                ));
            }
            _ => return Err(refused("is not an operator on a value")),
        })
    }

    /// Parses `$elemMatch`, which tests each item as a value or, given attributes, as an object.
    fn element(self, operand: &Value) -> Result<Test, Refused> {
        let map = object(operand)?;
        let on_object =
            map.keys().any(|key| !key.starts_with('$') || ["$and", "$or", "$nor"].contains(&key.as_str()));
        if on_object { Ok(Test::Element(self.clauses(map)?)) } else { Ok(Test::Item(self.tests(operand)?)) }
    }

    fn pattern(self, operand: &Value, any_case: bool) -> Result<Test, Refused> {
        let text = text(operand)?;
        if text.len() > PATTERN_BYTES {
            return Err(refused("must be a pattern of at most 256 bytes"));
        }
        let compiled = Pattern::compile(text, any_case, self.largest_pattern);
        let compiled = compiled.ok_or_else(|| {
            refused("must be a regular expression without look-around and back references that takes at most 4 KB when compiled; write it shorter and repeat less")
        })?;
        Ok(Test::Matches(Box::new(compiled)))
    }
}

/// Parses the operand of a version operator. A version is a text; any other value equals only itself.
fn version(operand: &Value, accepted: fn(Ordering) -> bool) -> Result<Test, Refused> {
    match operand {
        Value::String(text) => Ok(Test::Version(Version::parse(text), text.len(), accepted)),
        other if accepted(Ordering::Equal) && !accepted(Ordering::Less) && !accepted(Ordering::Greater) => {
            Ok(Test::Equal(other.clone()))
        }
        _ => Err(refused("must be a version as text")),
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, Refused> {
    value.as_object().ok_or_else(|| refused("must be an object"))
}

fn list(value: &Value) -> Result<&Vec<Value>, Refused> {
    value.as_array().ok_or_else(|| refused("must be a list"))
}

fn text(value: &Value) -> Result<&str, Refused> {
    value.as_str().ok_or_else(|| refused("must be a text"))
}

fn refused(detail: &str) -> Refused {
    vec![Invalid::new("", detail)]
}

fn under(key: &str, found: Refused) -> Refused {
    let prefix = format!("/{}", escape(key));
    found.into_iter().map(|invalid| invalid.under(&prefix)).collect()
}

/// Returns all parts, or the first 20 errors in any of them.
fn collect<T>(parts: impl Iterator<Item = Result<T, Refused>>) -> Result<Vec<T>, Refused> {
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for part in parts {
        match part {
            Ok(part) => good.push(part),
            Err(found) => refused.extend(found),
        }
        if refused.len() >= NAMED {
            refused.truncate(NAMED);
            break;
        }
    }
    if refused.is_empty() { Ok(good) } else { Err(refused) }
}
