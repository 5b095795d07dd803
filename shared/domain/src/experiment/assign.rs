//! The decision about one account: what it is told, and why.

use serde::{Deserialize, Serialize};

use super::allocation::Mode;
use super::assignment::stored_segments;
use super::bucket::{Bucket, choose};
use super::unit::Unit;
use super::{BasisPoints, Enrolment, Experiment, Status, Variant};
use crate::validation::Invalid;

/// Why a unit is told what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It takes part.
    Assigned,
    /// The test does not return variants now: it is not running.
    NotRunning,
    /// Its attributes do not meet the test's targeting.
    NotTargeted,
    /// It lies outside the test's coverage.
    NotCovered,
    /// Another part of the test's namespace holds it.
    Excluded,
    /// It is not among the units that the test's author has named.
    NotListed,
    /// The test takes no new units.
    EnrolmentClosed,
    /// The test's author chose its variant; it stays out of results unless it was assigned before.
    Override,
    /// The test is shipped: it gets the winner.
    Shipped,
}

/// What the test says about a unit, before what is stored is consulted.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision<'a> {
    /// It goes into this arm, unless an earlier assignment is stored.
    Assign(&'a Variant),
    /// It is told this arm for this reason and nothing is stored.
    Tell(&'a Variant, Reason),
    /// It takes no part and nothing is stored.
    Leave(Reason),
    /// If an assignment of this phase is stored, that stands; else this.
    Keep(Otherwise),
}

/// What becomes of a unit that is not let in and has no stored assignment.
#[derive(Debug, Clone, PartialEq)]
pub enum Otherwise {
    /// It takes no part.
    Leave(Reason),
    /// What the caller says of it is refused.
    Refuse(Vec<Invalid>),
}

/// Decides about one unit. In an external test the caller has decided, and only status, overrides, targeting and
/// enrolment are ours.
///
/// # Errors
/// When the caller names a variant of a test that assigns by itself, names none for an external
/// one, or names one that does not exist; attributes that are refused, of a unit that cannot be assigned already.
pub fn decide<'a>(test: &'a Experiment, unit: &Unit) -> Result<Decision<'a>, Vec<Invalid>> {
    let named = named_variant(test, unit)?;
    if !test.status.is_live() {
        return Ok(Decision::Leave(Reason::NotRunning));
    }
    if let Some(forced) = test.definition.overrides.get(&unit.id).and_then(|key| test.definition.variant(key))
    {
        return Ok(Decision::Tell(forced, Reason::Override));
    }
    if let Some(winner) = test.winner() {
        return Ok(left_out(test, unit).map_or(Decision::Tell(winner, Reason::Shipped), Decision::Keep));
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
    // List, namespace and coverage leave out the same units throughout a phase, so none of those can be assigned.
    let outside = if named.is_some() { None } else { outside(test, unit) };
    match (left_out(test, unit), outside) {
        (Some(otherwise), None) => return Ok(Decision::Keep(otherwise)),
        (Some(Otherwise::Refuse(broken)), Some(_)) => return Err(broken),
        (Some(Otherwise::Leave(reason)), Some(_)) | (None, Some(reason)) => {
            return Ok(Decision::Leave(reason));
        }
        (None, None) => {}
    }
    if test.enrolment == Enrolment::Closed {
        return Ok(Decision::Keep(Otherwise::Leave(Reason::EnrolmentClosed)));
    }
    let drawn = || {
        let bucket = Bucket::after(test.seed.hash(), unit.id.as_str());
        choose(&test.definition.variants, BasisPoints::WHOLE, bucket)
    };
    if let Err(broken) = stored_segments(test, unit) {
        return Ok(Decision::Keep(Otherwise::Refuse(broken)));
    }
    Ok(named
        .or_else(|| test.randomized(&unit.id))
        .or_else(drawn)
        .map_or(Decision::Leave(Reason::NotCovered), Decision::Assign))
}

/// What a unit is told that the targeting leaves out or cannot judge; None for one that meets it.
fn left_out(test: &Experiment, unit: &Unit) -> Option<Otherwise> {
    match test.definition.targeting.is_met_by(&unit.attributes) {
        Ok(true) => None,
        Ok(false) => Some(Otherwise::Leave(Reason::NotTargeted)),
        Err(slow) => Some(Otherwise::Refuse(vec![Invalid::new("/attributes", slow.to_string())])),
    }
}

/// Why the unit cannot be assigned in this phase, whatever its attributes are.
fn outside(test: &Experiment, unit: &Unit) -> Option<Reason> {
    if is_excluded(test, unit) {
        return Some(Reason::Excluded);
    }
    (!is_covered(test, unit)).then_some(Reason::NotCovered)
}

/// Whether the unit's coverage bucket, drawn apart from the one that gives its arm, is below the
/// coverage: widening it moves nobody, and whoever is let in comes by the weights in force.
fn is_covered(test: &Experiment, unit: &Unit) -> bool {
    let coverage = test.definition.coverage;
    coverage == BasisPoints::WHOLE
        || Bucket::after(test.seed.coverage(), unit.id.as_str()).get() < coverage.get()
}

/// Whether the unit's bucket in the namespace, drawn from the namespace's key, belongs to others.
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
        (Mode::External, None) => refused("is required: in an external test the caller names the variant"),
        (Mode::External, Some(key)) => match test.definition.variant(key) {
            None => refused("is not a variant of this test"),
            found => Ok(found),
        },
        (_, Some(_)) => refused("must be left out: only external tests take it"),
        (_, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
