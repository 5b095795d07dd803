//! An assignment, as it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::AttributeName;
use super::known;
use super::unit::Unit;
use super::{BasisPoints, Experiment, Variant, VariantKey};
use crate::clock::Timestamp;
use crate::validation::{Invalid, escape};

/// A unit's first decision, as it is stored and never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The arm.
    pub variant: VariantKey,
    /// When, to the whole second rounded down: an outcome stamped in whole seconds by another
    /// system in the same second then still comes after it.
    pub assigned_at: Timestamp,
    /// The test's revision that decided.
    pub revision: u64,
    /// The probability of this arm for a unit in the test.
    pub propensity: BasisPoints,
    /// The declared attributes the unit had.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub segments: BTreeMap<AttributeName, String>,
    /// A number known before the test that predicts the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<f64>,
}

impl Assignment {
    /// The row to store for a unit that goes into `variant`. What a list said of it before the test
    /// stands above what the caller says now.
    ///
    /// # Errors
    /// When a declared segment attribute is longer than 64 bytes or is no text, number or boolean.
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

/// The declared attributes as they are stored: what a list said of them before the test, or else what the caller
/// says now.
pub(super) fn stored_segments(
    test: &Experiment,
    unit: &Unit,
) -> Result<BTreeMap<AttributeName, String>, Vec<Invalid>> {
    let known = test.definition.known(&unit.id);
    known.map_or_else(|| segments(test, unit), |known| Ok(known.attributes.clone()))
}

fn segments(test: &Experiment, unit: &Unit) -> Result<BTreeMap<AttributeName, String>, Vec<Invalid>> {
    let (mut kept, mut broken) = (BTreeMap::new(), Vec::new());
    for name in &test.definition.segments {
        let Some(value) = unit.attributes.get(name.as_str()).filter(|value| !value.is_null()) else {
            continue;
        };
        if let Some(value) = known::segment(value) {
            kept.insert(name.clone(), value);
        } else {
            let pointer = format!("/attributes/{}", escape(name.as_str()));
            let detail = "is a segment of this test: must be a text of at most 64 bytes without control characters, a number or a boolean";
            broken.push(Invalid::new(pointer, detail));
        }
    }
    if broken.is_empty() { Ok(kept) } else { Err(broken) }
}
