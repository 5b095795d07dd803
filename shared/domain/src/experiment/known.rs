//! Units that are known before a test starts: the list, and the seed under which the variants are balanced.
//!
//! Units are randomized into arms whose sizes are within one unit of the weights. From many randomizations,
//! one is chosen under which the arms are similar in the listed values, and each unit's arm is stored.
//! `stats::balance` contains the method, and `crate::results::reading::rerandomization` its use in results.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use stats::balance::{Choice, Draw, Sheet, choose, randomize, sizes};
use validator::Validate;

use super::id::AttributeName;
use super::seed::Seed;
use super::{Definition, Experiment, UnitId, Variant};
use crate::validation::{Invalid, escape};

/// The maximum number of values of all segments of a list together. Each is balanced between the arms.
pub const VALUES: usize = 64;

/// The maximum length of a stored segment value, in bytes.
const SEGMENT_BYTES: usize = 64;

/// One entry of `known_units`.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct KnownBody {
    pub(super) unit_id: String,
    #[serde(default)]
    pub(super) attributes: Map<String, Value>,
    pub(super) covariate: Option<f64>,
}

/// The listed values of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The unit's id.
    pub unit_id: UnitId,
    /// The unit's values of the declared segments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<AttributeName, String>,
    /// A number that predicts the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<f64>,
    /// Whether the unit was erased. The place remains, and belongs to no unit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// The seed of a phase with known units, and how it was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// The root from which the numbered seeds are derived. It is as secret as the seed itself.
    pub root: Seed,
    /// The number of the seed.
    pub number: u64,
    /// The maximum imbalance of a seed of this phase. An imbalance is the greatest difference between the arms in any
    /// listed value, in standard deviations.
    pub threshold: f64,
    /// The imbalance of the chosen seed.
    pub imbalance: f64,
    /// The arm of each unit, one digit each, in the order of the list. Empty in tests that started before arms were
    /// stored: their units are assigned by their buckets under the seed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub randomized: String,
}

/// Returns a value as it is stored, if it is valid: a text of at most 64 bytes without control characters, a number
/// or a boolean.
pub(super) fn segment(value: &Value) -> Option<String> {
    match value {
        Value::String(short) => {
            let fits = short.len() <= SEGMENT_BYTES && !short.chars().any(char::is_control);
            fits.then(|| short.clone())
        }
        Value::Number(number) => Some(canonical(number)),
        Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Returns whether a value can be stored as a segment.
#[must_use]
pub fn is_segment(value: &Value) -> bool {
    segment(value).is_some()
}

/// Returns one text for each number: 7.0 and 7e0 are 7, and -0.0 is 0.
fn canonical(number: &Number) -> String {
    let whole = |x: &f64| x.fract() == 0.0 && x.abs() < 9e15;
    match number.as_f64().filter(|_| number.is_f64()).filter(whole) {
        Some(whole) => format!("{:.0}", whole + 0.0),
        None => number.to_string(),
    }
}

/// Parses the entries and sorts them by id.
///
/// # Errors
/// Returns every invalid value.
pub(super) fn parse(bodies: Vec<KnownBody>) -> Result<Vec<Known>, Vec<Invalid>> {
    let (mut known, mut broken) = (Vec::with_capacity(bodies.len()), Vec::new());
    for (index, body) in bodies.into_iter().enumerate() {
        let mut attributes = BTreeMap::new();
        for (name, value) in body.attributes.into_iter().filter(|(_, value)| !value.is_null()) {
            match AttributeName::parse(name.clone()).ok().zip(segment(&value)) {
                Some((name, value)) => drop(attributes.insert(name, value)),
                None => broken.push(Invalid::new(
                    format!("/known_units/{index}/attributes/{}", escape(&name)),
                    "must be a text of at most 64 bytes without control characters, a number or a boolean",
                )),
            }
        }
        match UnitId::parse(body.unit_id) {
            Ok(unit_id) => {
                known.push(Known { unit_id, attributes, covariate: body.covariate, erased: false });
            }
            Err(error) => {
                broken.push(Invalid::new(format!("/known_units/{index}/unit_id"), error.to_string()));
            }
        }
    }
    known.sort_by(|a, b| a.unit_id.cmp(&b.unit_id));
    if broken.is_empty() { Ok(known) } else { Err(broken) }
}

/// Returns the body that declares these units.
pub(super) fn bodies(known: &[Known]) -> Vec<KnownBody> {
    let texts = |own: &Known| {
        own.attributes.iter().map(|(name, value)| (name.to_string(), Value::from(value.as_str()))).collect()
    };
    let body = |own: &Known| KnownBody {
        unit_id: own.unit_id.to_string(),
        attributes: texts(own),
        covariate: own.covariate,
    };
    known.iter().map(body).collect()
}

impl Definition {
    /// Returns the listed values of a unit; None if there is no list or the unit is not in it.
    #[must_use]
    pub fn known(&self, unit_id: &UnitId) -> Option<&Known> {
        self.known_units.as_ref()?.get(self.known_index(unit_id)?)
    }

    /// Returns the index of a unit in the list. The list is sorted, except at the places of erased units.
    #[must_use]
    pub fn known_index(&self, unit_id: &UnitId) -> Option<usize> {
        let known = self.known_units.as_ref()?;
        known.iter().position(|own| !own.erased && own.unit_id == *unit_id)
    }

    /// Returns the listed values of all units, one row each, in the order of the list.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let known = self.known_units.as_deref().unwrap_or_default();
        let mut sheet = Sheet::new(known.len());
        for name in &self.segments {
            let mut numbers = BTreeMap::new();
            let level = |own: &Known| {
                let next = numbers.len();
                *numbers.entry(own.attributes.get(name).cloned()).or_insert(next)
            };
            sheet = sheet.with_levels(&known.iter().map(level).collect::<Vec<_>>());
        }
        let covariates: Option<Vec<f64>> = known.iter().map(|own| own.covariate).collect();
        covariates.into_iter().fold(sheet, |sheet, all| sheet.with_numbers(&all))
    }

    /// Returns the function that randomizes the known units under the numbered seeds of `root`.
    pub fn randomize<'a>(&'a self, root: &Seed) -> impl Draw + use<'a> {
        let weights: Vec<u32> = self.variants.iter().map(|variant| variant.weight.get()).collect();
        let sizes = sizes(&weights, self.known_units.as_ref().map_or(0, Vec::len));
        let mut secret = [0; 32];
        secret.copy_from_slice(&Sha256::digest(root.as_str().as_bytes()));
        move |number, randomized: &mut [usize]| randomize(&secret, number, &sizes, randomized)
    }

    /// Chooses the seed for a phase with the known units from those of `root`. Returns None if the list is too short
    /// for the weights.
    pub(super) fn balance(&self, root: Seed) -> Option<Balance> {
        let mut randomize = self.randomize(&root);
        let Choice { seed, threshold, imbalance } =
            choose(&self.sheet(), self.variants.len(), &mut randomize)?;
        let mut arms = vec![0; self.known_units.as_ref()?.len()];
        randomize(seed, &mut arms);
        let randomized = arms.iter().map(ToString::to_string).collect();
        Some(Balance { root, number: seed, threshold, imbalance, randomized })
    }
}

impl Experiment {
    /// Returns the arm of a known unit; None for other units, and before a phase starts.
    #[must_use]
    pub fn randomized(&self, unit_id: &UnitId) -> Option<&Variant> {
        let digit =
            *self.balance.as_ref()?.randomized.as_bytes().get(self.definition.known_index(unit_id)?)?;
        self.definition.variants.get(usize::from(digit.checked_sub(b'0')?))
    }
}

impl Balance {
    /// Returns the chosen seed.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.root.numbered(self.number)
    }

    /// Returns the choice as a type of `stats`.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice { seed: self.number, threshold: self.threshold, imbalance: self.imbalance }
    }
}

#[cfg(test)]
mod tests;
