//! The inputs of the readings: the test's plan, and the possible range of its figures.

use stats::adaptive::is_full;

use crate::experiment::goal::{Goal, Kind};
use crate::experiment::{Experiment, GoalKey};
use crate::results::counting::totals::Totals;
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

/// Returns the number of batches of an adaptive test until it has its planned units, the one included in which it
/// reaches them. None before that batch has ended. Only counts of units matter, so the number does not depend on
/// outcomes, and it never changes later.
pub(super) fn until_plan(test: &Experiment, totals: &Totals) -> Option<usize> {
    let planned = u64::from(test.definition.planned_units.unwrap_or(USUAL_UNITS));
    let batches: Vec<u64> = totals.strata.iter().map(|arms| arms.iter().sum()).collect();
    let mut all = 0;
    let last = batches.iter().position(|units| {
        all += units;
        all >= planned
    })?;
    let arms = test.definition.variants.len() as u64;
    (last + 1 < batches.len() || is_full(batches[last], all, arms)).then_some(last + 1)
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
