//! What the readings of a test rest on: its plan, what its figures can be, and whether its weights stayed.

use stats::always_valid::Watch;
use stats::drift;

use super::readings::ALPHA;
use super::totals::Totals;
use crate::experiment::definition::Mode;
use crate::experiment::goal::{Goal, Kind};
use crate::experiment::{Experiment, GoalKey};

/// Units that a test is taken to be planned for when its author has not said.
pub const USUAL_UNITS: u32 = 400;

/// Fewer units of both compared arms than this are no plan: the reading speaks from 10 in each.
pub(super) const LEAST_PLANNED: f64 = 20.0;

/// Units of both compared arms together that the test was planned for, by the weights of its beginning: what
/// is watched must not be tuned anew with every change of weights.
pub(super) fn planned(test: &Experiment, (control, arm): (usize, usize)) -> Option<f64> {
    let weights = &test.weightings.first()?.weights;
    let weight = f64::from(weights.get(control)?.get() + weights.get(arm)?.get());
    let units = f64::from(test.definition.planned_units.unwrap_or(USUAL_UNITS)) * weight / 10_000.0;
    Some(units.max(LEAST_PLANNED))
}

/// How an arm is watched against control.
pub(super) fn watch(test: &Experiment, arms: (usize, usize)) -> Option<Watch> {
    Watch::new(ALPHA, planned(test, arms)?)
}

/// Whether the goal's figure per unit cannot be below 0; amounts can, as refunds.
pub(super) fn never_negative(test: &Experiment, goal: &Goal) -> bool {
    let whole = |key: &GoalKey| test.definition.goal(key).is_some_and(|part| part.kind == Kind::Count);
    match goal.kind {
        Kind::Binary | Kind::Count => true,
        Kind::Sum => false,
        Kind::Ratio => {
            goal.parts.as_ref().is_some_and(|parts| whole(&parts.numerator) && whole(&parts.denominator))
        }
    }
}

/// Why no reading of the arms is right, if the shares in which units fell into them have changed: units that
/// came before and after had different time to convert, and are perhaps others. Adaptive tests have readings
/// that take it into account.
#[must_use]
pub fn changed_weights(test: &Experiment, totals: &Totals) -> Option<&'static str> {
    let mode = test.definition.allocation.mode;
    if mode != Mode::Adaptive && totals.are_of_several_weightings() {
        return Some(
            "The weights have changed in this phase: units that came before and after had different time to \
             convert, so nothing is decided. Stop the test and start a new phase.",
        );
    }
    let drifted = || totals.arrivals.drift().is_some_and(|p| p < drift::THRESHOLD);
    (mode == Mode::External && drifted()).then_some(
        "The shares of the variants have changed while units came: units that came before and after may differ, \
         so nothing is decided. Assign with the same shares throughout, and start a new phase.",
    )
}
