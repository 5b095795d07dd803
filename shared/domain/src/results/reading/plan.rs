//! The inputs of the readings: the test's plan, and the possible range of its figures.

use crate::experiment::goal::{Goal, Kind};
use crate::experiment::{Experiment, GoalKey};
use crate::results::looks::terms::USUAL_UNITS;

/// The lowest planned number of units of both compared arms: the reading requires 10 in each.
const MIN_PLANNED: f64 = 20.0;

/// Returns the planned units of both compared arms together, by the weights at the start of the test. A
/// sequential test must not be tuned again at every change of weights.
pub(super) fn planned(test: &Experiment, (control, arm): (usize, usize)) -> Option<f64> {
    let weights = &test.weightings.first()?.weights;
    let weight = f64::from(weights.get(control)?.get() + weights.get(arm)?.get());
    let units = f64::from(test.definition.planned_units.unwrap_or(USUAL_UNITS)) * weight / 10_000.0;
    Some(units.max(MIN_PLANNED))
}

/// Returns whether the goal's figure per unit cannot be below 0. Amounts can be, because of refunds.
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
