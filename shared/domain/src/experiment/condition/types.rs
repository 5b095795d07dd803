//! Finds attributes of a type with which the condition can never match. Spreadsheets and CRMs send `"250"` for
//! 250, and values are compared only with values of the same type.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::value::{Test, type_name};
use super::{Clause, Clauses, Path};

/// The maximum number of attributes of a condition that are checked, and of entries in a count.
const MOST: usize = 100;

/// The names of the JSON types.
const NAMES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// A set of JSON types, one bit each in the order of [`NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Types(u8);

/// The types with which each attribute can match the condition, for attributes that cannot have every type.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectedTypes(Vec<(Path, Types)>);

/// An attribute whose type can never match the condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mismatch {
    /// The attribute's name, as the condition contains it.
    pub attribute: String,
    /// The JSON types that can match, for example `number` or `number or string`.
    pub expected: String,
    /// The JSON type of the value that was sent.
    pub got: &'static str,
}

/// The number of units with the same mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatches {
    #[serde(flatten)]
    mismatch: Mismatch,
    units: u64,
}

impl Mismatches {
    /// Counts the mismatches of units. Returns at most 100 entries, the most frequent first.
    #[must_use]
    pub fn count<'a>(all: impl Iterator<Item = &'a Mismatch>) -> Vec<Self> {
        let mut counts = BTreeMap::new();
        for mismatch in all {
            match counts.get_mut(mismatch) {
                Some(units) => *units += 1,
                None => drop(counts.insert(mismatch.clone(), 1)),
            }
        }
        Self::counted(counts)
    }

    /// Returns the entries of mismatches with their numbers of units, as [`Self::count`] does.
    #[must_use]
    pub fn counted(counts: BTreeMap<Mismatch, u64>) -> Vec<Self> {
        let counted = |(mismatch, units)| Self { mismatch, units };
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
        NAMES.iter().position(|own| *own == name).map_or(Self::NONE, |index| Self(1 << index))
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

    fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the types of a value that can pass the test.
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
        // A list may contain the wanted value. If a single value also fits, a list is not suggested.
        let shown = Self(if scalars == 0 { self.0 } else { scalars });
        let names: Vec<&str> = NAMES.into_iter().filter(|name| shown.contains(Self::named(name))).collect();
        f.write_str(&names.join(" or "))
    }
}

impl ExpectedTypes {
    /// Returns the types that the clauses expect.
    pub(super) fn of(clauses: &Clauses) -> Self {
        let own = all(clauses).into_iter().filter(|(_, types)| *types != Types::NONE && *types != Types::ANY);
        Self(own.map(|(path, types)| (path.clone(), types)).take(MOST).collect())
    }

    /// Returns the attributes that are present and have another type. If only null is expected, only an empty text is
    /// reported: other values are not typical mistakes of an export.
    pub(super) fn mismatches(&self, attributes: &Map<String, Value>) -> Vec<Mismatch> {
        let own = self.0.iter().filter_map(|(path, types)| {
            let value = path.lookup(attributes);
            let slip = *types != Types::named("null") || value.as_str() == Some("");
            let other = !value.is_null() && !types.contains(Types::of(value));
            (slip && other).then(|| Mismatch {
                attribute: path.parts.join("."),
                expected: types.to_string(),
                got: type_name(value),
            })
        });
        own.collect()
    }
}

/// Returns the types of each attribute that match all clauses.
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
