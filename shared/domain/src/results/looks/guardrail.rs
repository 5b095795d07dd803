//! Looks at guardrails: whether the goal got worse by less than the margin, or by more.

use stats::agresti_caffo::Rate;
use stats::rerandomization::drawn::Drawn;
use stats::rerandomization::guardrail::{self, Guarded, Method, NoReading, evidence};

use super::terms::terms;
use crate::experiment::Experiment;
use crate::experiment::goal::{Direction, Kind};
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
    guardrail::method(a, b, treated(test, (control, arm)), goal.kind == Kind::Binary)
}

/// Takes a look at a guardrail.
pub(super) fn look(
    test: &Experiment,
    totals: &Totals,
    (index, arms): (usize, (usize, usize)),
    drawn: &Drawn,
    (before, matured): (Option<&Guarded>, f64),
) -> Option<Guarded> {
    let goal = &test.definition.goals[index];
    let (margin, better) = (goal.margin?, end(goal.direction));
    let terms = terms(test, goal);
    let new = || Guarded::new(&terms, drawn.ranks().len().saturating_sub(1));
    let mut own = before.cloned().unwrap_or_else(new);
    match method(test, totals, index, arms) {
        Ok(Method::Draws) => own.look(&guardrail::ranks(drawn, margin, better), matured, &terms, better),
        Ok(Method::Evidence) => {
            let [a, b] = rates(totals, index, arms);
            own.look_at(evidence::read(a, b, treated(test, arms), margin, better));
        }
        Err(_) => return before.cloned(),
    }
    Some(own)
}

/// Returns the weight of an arm as a share of its own and control's, at the start of the test.
fn treated(test: &Experiment, (control, arm): (usize, usize)) -> f64 {
    let weight = |arm: usize| {
        let first = test.weightings.first().and_then(|first| first.weights.get(arm));
        f64::from(first.map_or(0, |weight| weight.get()))
    };
    let both = weight(control) + weight(arm);
    if both > 0.0 { weight(arm) / both } else { 0.0 }
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
