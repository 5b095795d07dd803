//! Looks at guardrails: whether the goal got worse by less than the margin, or by more.

use stats::agresti_caffo::Rate;
use stats::rerandomization::guardrail::{self, Guarded, Method, NoReading, evidence};

use super::stages::GoalDraws;
use super::terms::terms;
use crate::experiment::goal::{Direction, Kind};
use crate::experiment::{Experiment, Weighting};
use crate::results::counting::changed_weights::are_changed;
use crate::results::counting::totals::{GoalTotals, Totals};

/// How a guardrail is read in one comparison, or why it is not.
///
/// # Errors
/// Returns why there is no reading.
pub fn method(
    test: &Experiment,
    totals: &Totals,
    index: usize,
    (control, arm): (usize, usize),
) -> Result<Method, NoReading> {
    let goal = &test.definition.goals[index];
    let [a, b] = rates(totals, index, (control, arm));
    // An e-value of all units together is not valid after a change of weights.
    let has_evidence = goal.kind == Kind::Binary && !are_changed(test, totals);
    guardrail::method(a, b, treated(test, totals, (control, arm)), has_evidence)
}

/// Takes a look at a guardrail.
pub(super) fn look(
    test: &Experiment,
    totals: &Totals,
    (index, arms): (usize, (usize, usize)),
    drawn: &GoalDraws,
    (before, matured): (Option<&Guarded>, f64),
) -> Option<Guarded> {
    let goal = &test.definition.goals[index];
    let (margin, better) = (goal.margin?, end(goal.direction));
    let terms = terms(test, goal);
    let new = || Guarded::new(&terms, drawn.draws());
    let mut own = before.cloned().unwrap_or_else(new);
    match method(test, totals, index, arms) {
        Ok(Method::Draws) => {
            let ranks = drawn.ranks_of(|drawn| guardrail::ranks(drawn, margin, better));
            own.look(&ranks, matured, &terms, better);
        }
        Ok(Method::Evidence) => {
            let [a, b] = rates(totals, index, arms);
            own.look_at(evidence::read(a, b, treated(test, totals, arms), margin, better));
        }
        Err(_) => return before.cloned(),
    }
    Some(own)
}

/// Returns the weight of an arm as a share of its own and control's: that of the weights under which it is farthest
/// from a half, among those with units.
fn treated(test: &Experiment, totals: &Totals, (control, arm): (usize, usize)) -> f64 {
    let share = |own: &Weighting| {
        let weight = |arm: usize| f64::from(own.weights.get(arm).map_or(0, |weight| weight.get()));
        let both = weight(control) + weight(arm);
        if both > 0.0 { weight(arm) / both } else { 0.0 }
    };
    let has_units = |units: &Vec<u64>| units.iter().any(|units| *units > 0);
    let used = test.weightings.iter().zip(&totals.strata).filter(|(_, units)| has_units(units));
    let from_half = |share: &f64| (share - 0.5).abs();
    let uneven = used.map(|(own, _)| share(own)).max_by(|a, b| from_half(a).total_cmp(&from_half(b)));
    uneven.or(test.weightings.first().map(share)).unwrap_or(0.0)
}

/// Returns the units of control and of the arm, and those among them whose outcome is not 0.
fn rates(totals: &Totals, index: usize, (control, arm): (usize, usize)) -> [Rate; 2] {
    let rate = |own: &GoalTotals| Rate { converted: own.converted, units: own.moments.units() };
    [control, arm].map(|arm| rate(&totals.arms[arm].goals[index]))
}

/// Converts a direction to that of the crate `stats`.
#[must_use]
pub fn end(direction: Direction) -> stats::Direction {
    match direction {
        Direction::Higher => stats::Direction::Higher,
        Direction::Lower => stats::Direction::Lower,
    }
}
