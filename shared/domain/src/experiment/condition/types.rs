//! Attributes of a type with which the condition can never be met: spreadsheets and CRMs send `"250"` for 250, and
//! values are compared only with values of their own type.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::value::{Test, type_name};
use super::{Clause, Clauses, Path};

/// Most attributes of a condition that are looked at, and most entries of a count.
const MOST: usize = 100;

/// The JSON types by their names.
const NAMES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// A set of JSON types, one bit each in the order of [`NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Types(u8);

/// The types with which each attribute can meet the condition, as far as it leaves any out.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectedTypes(Vec<(Path, Types)>);

/// An attribute whose type can never meet the condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mismatch {
    /// Its name, as the condition has it.
    pub attribute: String,
    /// The JSON types that can, as in `number` or `number or string`.
    pub expected: String,
    /// The JSON type that came.
    pub got: &'static str,
}

/// How many units had the same mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatches {
    #[serde(flatten)]
    mismatch: Mismatch,
    units: u64,
}

impl Mismatches {
    /// Counts the mismatches of units, the most frequent first; at most 100 entries.
    #[must_use]
    pub fn count<'a>(all: impl Iterator<Item = &'a Mismatch>) -> Vec<Self> {
        let mut counts = BTreeMap::new();
        for mismatch in all {
            *counts.entry(mismatch).or_insert(0) += 1;
        }
        let counted = |(mismatch, units): (&Mismatch, u64)| Self { mismatch: mismatch.clone(), units };
        let mut counts: Vec<Self> = counts.into_iter().map(counted).collect();
        counts.sort_by_key(|counted| std::cmp::Reverse(counted.units));
        counts.truncate(MOST);
        counts
    }
}

impl Types {
    const ANY: Self = Self(0b11_1111);
    const NONE: Self = Self(0);

    fn named(name: &str) -> Self {
        NAMES.iter().position(|own| *own == name).map_or(Self::NONE, |place| Self(1 << place))
    }

    fn of(value: &Value) -> Self {
        Self::named(type_name(value))
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With which a value can pass the test.
    fn passing(test: &Test) -> Self {
        match test {
            Test::Equal(wanted) | Test::Order(wanted, _) => Self::of(wanted),
            Test::Version(..) | Test::Matches(_) => Self::named("string"),
            Test::In(choices) => choices.types().map(Self::named).fold(Self::named("array"), Self::or),
            Test::Exists(true) => Self(Self::ANY.0 & !Self::named("null").0),
            Test::Exists(false) => Self::named("null"),
            Test::Type(name) => Self::named(name),
            Test::Size(_) | Test::All(_) | Test::Item(_) | Test::Element(_) => Self::named("array"),
            Test::Not(_) => Self::ANY,
        }
    }
}

impl std::fmt::Display for Types {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scalars = self.0 & !Self::named("array").0;
        // A list may hold what is wanted; where one value may too, nobody would send a list.
        let shown = Self(if scalars == 0 { self.0 } else { scalars });
        let names: Vec<&str> = NAMES.into_iter().filter(|name| shown.holds(Self::named(name))).collect();
        f.write_str(&names.join(" or "))
    }
}

impl ExpectedTypes {
    /// What the clauses expect.
    pub(super) fn of(clauses: &Clauses) -> Self {
        let own = all(clauses).into_iter().filter(|(_, types)| *types != Types::NONE && *types != Types::ANY);
        Self(own.map(|(path, types)| (path.clone(), types)).take(MOST).collect())
    }

    /// The attributes that are there and have another type. Where only null is expected, an empty text is one: other
    /// values are no slip of an export.
    pub(super) fn mismatches(&self, attributes: &Map<String, Value>) -> Vec<Mismatch> {
        let own = self.0.iter().filter_map(|(path, types)| {
            let value = path.lookup(attributes);
            let slip = *types != Types::named("null") || value.as_str() == Some("");
            let other = !value.is_null() && !types.holds(Types::of(value));
            (slip && other).then(|| Mismatch {
                attribute: path.parts.join("."),
                expected: types.to_string(),
                got: type_name(value),
            })
        });
        own.collect()
    }
}

/// The types of each attribute that meet all clauses.
fn all(clauses: &[Clause]) -> BTreeMap<&Path, Types> {
    let mut expected = BTreeMap::new();
    for clause in clauses {
        match clause {
            Clause::And(parts) => parts.iter().for_each(|part| merge(&mut expected, all(part), Types::and)),
            Clause::Or(alternatives) => {
                let mut either = BTreeMap::new();
                for part in alternatives {
                    merge(&mut either, all(part), Types::or);
                }
                merge(&mut expected, either, Types::and);
            }
            Clause::Field(path, tests) => {
                let types = tests.iter().map(Types::passing).fold(Types::ANY, Types::and);
                merge(&mut expected, BTreeMap::from([(path, types)]), Types::and);
            }
            Clause::Nor(_) | Clause::Not(_) => {}
        }
    }
    expected
}

fn merge<'a>(
    own: &mut BTreeMap<&'a Path, Types>,
    other: BTreeMap<&'a Path, Types>,
    how: fn(Types, Types) -> Types,
) {
    for (path, types) in other {
        own.entry(path).and_modify(|own| *own = how(*own, types)).or_insert(types);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Condition;

    /// Attribute, expected and got of each mismatch.
    fn found(
        condition: &serde_json::Value,
        attributes: &serde_json::Value,
    ) -> Vec<(String, String, &'static str)> {
        let condition = Condition::parse(condition).unwrap();
        let found = condition.mismatches(attributes.as_object().unwrap());
        found.into_iter().map(|own| (own.attribute, own.expected, own.got)).collect()
    }

    #[test]
    fn a_type_that_can_never_meet_the_condition_is_named() {
        for (condition, attributes, expected, got) in [
            (json!({ "a": { "$gt": 200 } }), json!({ "a": "250" }), "number", "string"),
            (json!({ "a": 250 }), json!({ "a": "250" }), "number", "string"),
            (json!({ "a": true }), json!({ "a": "true" }), "boolean", "string"),
            (json!({ "a": false }), json!({ "a": 0 }), "boolean", "number"),
            (json!({ "a": null }), json!({ "a": "" }), "null", "string"),
            (json!({ "a": { "$exists": false } }), json!({ "a": "" }), "null", "string"),
            (json!({ "a": "10115" }), json!({ "a": 10_115 }), "string", "number"),
            (json!({ "a": { "$gte": "2026-01-01" } }), json!({ "a": 2_026 }), "string", "number"),
            (json!({ "a": { "$in": [1, 2] } }), json!({ "a": "1" }), "number", "string"),
            (json!({ "a": { "$ini": ["de", "at"] } }), json!({ "a": true }), "string", "boolean"),
            (json!({ "a": { "$in": [1, "x"] } }), json!({ "a": true }), "number or string", "boolean"),
            (json!({ "a": { "$vgte": "1.18" } }), json!({ "a": 1.18 }), "string", "number"),
            (json!({ "a": { "$regex": "^1" } }), json!({ "a": 1 }), "string", "number"),
            (json!({ "a": { "$type": "number" } }), json!({ "a": "1" }), "number", "string"),
            (json!({ "a": { "$all": ["x"] } }), json!({ "a": "x" }), "array", "string"),
            (json!({ "a": { "$size": 1 } }), json!({ "a": 1 }), "array", "number"),
            (json!({ "a": { "$exists": true, "$gt": 1 } }), json!({ "a": "2" }), "number", "string"),
            (json!({ "$or": [{ "a": { "$gt": 1 } }, { "b": 1 }] }), json!({ "a": "2" }), "number", "string"),
            (
                json!({ "$and": [{ "a": { "$ne": 1 } }, { "a": { "$lt": 9 } }] }),
                json!({ "a": "2" }),
                "number",
                "string",
            ),
        ] {
            let wanted = [("a".to_owned(), expected.to_owned(), got)];
            assert_eq!(found(&condition, &attributes), wanted, "{condition}");
        }
        assert_eq!(found(&json!({ "a.b": 1 }), &json!({ "a": { "b": "1" } }))[0].0, "a.b");
    }

    #[test]
    fn what_another_value_of_its_type_could_meet_is_no_mismatch() {
        for (condition, attributes) in [
            (json!({ "a": { "$gt": 200 } }), json!({ "a": 100 })),
            (json!({ "a": { "$gt": 200 } }), json!({ "a": null, "b": "1" })),
            (json!({ "a": { "$gt": 200 } }), json!({})),
            (json!({ "a": { "$ne": 1 } }), json!({ "a": "1" })),
            (json!({ "a": { "$nin": [1] } }), json!({ "a": "1" })),
            (json!({ "a": { "$exists": true } }), json!({ "a": "" })),
            (json!({ "a": null }), json!({ "a": "2026-11-21" })),
            (json!({ "a": { "$in": [1] } }), json!({ "a": ["1"] })),
            (json!({ "$or": [{ "a": 1 }, { "a": "x" }] }), json!({ "a": "y" })),
            (json!({ "$not": { "a": 1 } }), json!({ "a": "1" })),
            (json!({ "$nor": [{ "a": 1 }] }), json!({ "a": "1" })),
            (json!({ "$and": [{ "a": 1 }, { "a": "x" }] }), json!({ "a": true })),
        ] {
            assert_eq!(found(&condition, &attributes), [], "{condition} {attributes}");
        }
    }
}
