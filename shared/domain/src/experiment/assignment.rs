//! An assignment as it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::AttributeName;
use super::known;
use super::unit::Unit;
use super::{BasisPoints, Experiment, Variant, VariantKey};
use crate::clock::Timestamp;
use crate::validation::{Invalid, escape};

/// The first decision about a unit. It is stored and never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The arm of the unit.
    pub variant: VariantKey,
    /// The time of assignment, rounded down to the whole second. An outcome in the same second that another system
    /// records in whole seconds is therefore not earlier.
    pub assigned_at: Timestamp,
    /// The revision of the test that made the decision.
    pub revision: u64,
    /// The probability of this arm for an assigned unit.
    pub propensity: BasisPoints,
    /// The unit's values of the declared attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub segments: BTreeMap<AttributeName, String>,
    /// A number that was known before the test and predicts the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<f64>,
}

impl Assignment {
    /// Returns the row to store for a unit that is assigned to `variant`. For a known unit, the values in the test's
    /// list take precedence over those that the caller sends.
    ///
    /// # Errors
    /// Returns an error if a segment attribute is longer than 64 bytes or is not a string, number or boolean.
    pub fn of(
        test: &Experiment,
        unit: &Unit,
        variant: &Variant,
        now: Timestamp,
    ) -> Result<Self, Vec<Invalid>> {
        let known = test.definition.known(&unit.id);
        Ok(Self {
            variant: variant.key.clone(),
            assigned_at: unit.assigned_at.unwrap_or(now).floor_to_second(),
            revision: test.revision,
            propensity: variant.weight,
            segments: stored_segments(test, unit)?,
            covariate: known.map_or(unit.covariate, |known| known.covariate),
        })
    }
}

/// Returns the values of the declared attributes to store: those in the list of known units, or else those that
/// the caller sends.
pub(super) fn stored_segments(
    test: &Experiment,
    unit: &Unit,
) -> Result<BTreeMap<AttributeName, String>, Vec<Invalid>> {
    let known = test.definition.known(&unit.id);
    known.map_or_else(|| segments(test, unit), |known| Ok(known.attributes.clone()))
}

fn segments(test: &Experiment, unit: &Unit) -> Result<BTreeMap<AttributeName, String>, Vec<Invalid>> {
    let (mut values, mut broken) = (BTreeMap::new(), Vec::new());
    for name in &test.definition.segments {
        let Some(value) = unit.attributes.get(name.as_str()).filter(|value| !value.is_null()) else {
            continue;
        };
        if let Some(value) = known::segment(value) {
            values.insert(name.clone(), value);
        } else {
            let pointer = format!("/attributes/{}", escape(name.as_str()));
            let detail = "is a segment of this test: must be a text of at most 64 bytes without control characters, a number or a boolean";
            broken.push(Invalid::new(pointer, detail));
        }
    }
    if broken.is_empty() { Ok(values) } else { Err(broken) }
}
