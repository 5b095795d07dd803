//! What the readings of a test rest on: its plan, and what its figures can be.

use stats::always_valid::SequentialTest;

use super::pair::ALPHA;
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
pub(super) fn sequential_test(test: &Experiment, arms: (usize, usize)) -> Option<SequentialTest> {
    SequentialTest::new(ALPHA, planned(test, arms)?)
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
