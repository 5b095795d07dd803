//! Decides which variant one account gets, and why.

use serde::{Deserialize, Serialize};

use super::allocation::Mode;
use super::assignment::stored_segments;
use super::bucket::{Bucket, choose};
use super::unit::Unit;
use super::{BasisPoints, Enrolment, Experiment, Status, Variant};
use crate::validation::Invalid;

/// Why a unit gets a variant or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The unit is assigned to a variant.
    Assigned,
    /// The test is not running, so it returns no variant.
    NotRunning,
    /// The unit's attributes do not match the test's targeting.
    NotTargeted,
    /// The unit is outside the test's coverage.
    NotCovered,
    /// The unit belongs to another range of the test's namespace.
    Excluded,
    /// The unit is not in the test's list of known units.
    NotListed,
    /// The unit was erased, so nothing is stored about it.
    Suppressed,
    /// The test assigns no new units.
    EnrolmentClosed,
    /// The author chose the unit's variant. The unit is excluded from results unless it was assigned before.
    Override,
    /// The test is shipped, so the unit gets the winner.
    Shipped,
    /// The caller of an external test assigns its units and has not assigned this one. Only a peek returns it.
    External,
    /// A preview token chose the variant. Nothing is stored or counted.
    Preview,
}

/// The test's decision about a unit, before stored assignments are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision<'a> {
    /// The unit is assigned to this variant, unless an earlier assignment is stored.
    Assign(&'a Variant),
    /// The unit gets this variant for this reason, and nothing is stored.
    Chosen(&'a Variant, Reason),
    /// The unit gets no variant, and nothing is stored.
    Leave(Reason),
    /// The stored assignment of this phase applies. If none is stored, this applies.
    Stored(Otherwise),
}

/// The decision about a unit that cannot be newly assigned and has no stored assignment.
#[derive(Debug, Clone, PartialEq)]
pub enum Otherwise {
    /// The unit gets no variant.
    Leave(Reason),
    /// The request is rejected.
    Refuse(Vec<Invalid>),
}

/// Decides about one unit. In an external test, the caller assigns the variant, and this checks only status,
/// overrides, targeting and enrolment.
///
/// # Errors
/// Returns an error if the caller names a variant for a test that is not external, names no variant or an unknown
/// one for an external test, or sends invalid attributes for a unit that cannot have been assigned.
pub fn decide<'a>(test: &'a Experiment, unit: &Unit) -> Result<Decision<'a>, Vec<Invalid>> {
    let named = named_variant(test, unit)?;
    if !test.status.is_live() {
        return Ok(Decision::Leave(Reason::NotRunning));
    }
    if let Some(forced) = test.definition.overrides.get(&unit.id).and_then(|key| test.definition.variant(key))
    {
        return Ok(Decision::Chosen(forced, Reason::Override));
    }
    if let Some(winner) = test.winner() {
        return Ok(left_out(test, unit).map_or(Decision::Chosen(winner, Reason::Shipped), Decision::Stored));
    }
    enrol(test, unit, named)
}

fn enrol<'a>(
    test: &'a Experiment,
    unit: &Unit,
    named: Option<&'a Variant>,
) -> Result<Decision<'a>, Vec<Invalid>> {
    if test.definition.known_units.is_some() && test.definition.known(&unit.id).is_none() {
        return Ok(Decision::Leave(Reason::NotListed));
    }
    // List, namespace and coverage exclude the same units for the whole phase, so these units are never assigned.
    let outside = if named.is_some() { None } else { outside(test, unit) };
    match (left_out(test, unit), outside) {
        (Some(otherwise), None) => return Ok(Decision::Stored(otherwise)),
        (Some(Otherwise::Refuse(broken)), Some(_)) => return Err(broken),
        (Some(Otherwise::Leave(reason)), Some(_)) | (None, Some(reason)) => {
            return Ok(Decision::Leave(reason));
        }
        (None, None) => {}
    }
    if test.enrolment == Enrolment::Closed {
        return Ok(Decision::Stored(Otherwise::Leave(Reason::EnrolmentClosed)));
    }
    let drawn = || {
        let bucket = Bucket::after(test.seed.hash(), unit.id.as_str());
        choose(&test.definition.variants, BasisPoints::WHOLE, bucket)
    };
    if let Err(broken) = stored_segments(test, unit) {
        return Ok(Decision::Stored(Otherwise::Refuse(broken)));
    }
    Ok(named
        .or_else(|| test.randomized(&unit.id))
        .or_else(drawn)
        .map_or(Decision::Leave(Reason::NotCovered), Decision::Assign))
}

/// Returns the decision if the targeting excludes the unit or cannot be evaluated; None if the unit matches.
fn left_out(test: &Experiment, unit: &Unit) -> Option<Otherwise> {
    match test.definition.targeting.is_met_by(&unit.attributes) {
        Ok(true) => None,
        Ok(false) => Some(Otherwise::Leave(Reason::NotTargeted)),
        Err(slow) => Some(Otherwise::Refuse(vec![Invalid::new("/attributes", slow.to_string())])),
    }
}

/// Returns why the unit cannot be assigned in this phase, regardless of its attributes.
fn outside(test: &Experiment, unit: &Unit) -> Option<Reason> {
    if is_excluded(test, unit) {
        return Some(Reason::Excluded);
    }
    (!is_covered(test, unit)).then_some(Reason::NotCovered)
}

/// Returns whether the unit's coverage bucket is below the coverage. This bucket is drawn separately from the
/// bucket for the arm: wider coverage moves no unit, and newly covered units are assigned under the current weights.
fn is_covered(test: &Experiment, unit: &Unit) -> bool {
    let coverage = test.definition.coverage;
    coverage == BasisPoints::WHOLE
        || Bucket::after(test.seed.coverage(), unit.id.as_str()).get() < coverage.get()
}

/// Returns whether the unit's bucket, drawn from the namespace's key, is outside the test's range.
fn is_excluded(test: &Experiment, unit: &Unit) -> bool {
    test.definition.namespace.as_ref().is_some_and(|namespace| {
        let bucket = Bucket::of(namespace.key.as_str(), unit.id.as_str()).get();
        !(namespace.range[0]..namespace.range[1]).contains(&bucket)
    })
}

fn named_variant<'a>(test: &'a Experiment, unit: &Unit) -> Result<Option<&'a Variant>, Vec<Invalid>> {
    let refused = |detail: &str| Err(vec![Invalid::new("/variant", detail)]);
    match (test.definition.allocation.mode, &unit.variant) {
        (Mode::External, None) if test.status == Status::Shipped => Ok(None),
        (Mode::External, None) => refused("is required: in an external test, the caller sends the variant"),
        (Mode::External, Some(key)) => match test.definition.variant(key) {
            None => refused("is not a variant of this test"),
            found => Ok(found),
        },
        (_, Some(_)) => refused("must be omitted: only external tests accept it"),
        (_, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
