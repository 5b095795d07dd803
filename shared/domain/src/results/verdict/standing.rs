//! The standing of each arm on the primary goal, and the guardrails that it breaks. The verdict is based on
//! them.

use std::fmt::Write;

use super::sentences::compared;
use crate::experiment::goal::{Direction, Role};
use crate::experiment::{Experiment, GoalKey};
use crate::results::reading::comparison::{Comparison, Shown};
use crate::results::reading::goal::GoalReport;
use crate::results::reading::method::Method;
use crate::results::reading::pair::ALPHA;

/// The result of an arm on the primary goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::results) enum Side {
    /// It is shown to be better than control.
    Better,
    /// It is shown to be worse.
    Worse,
    /// An interim look has shown one direction, and the current estimate has the other.
    Turned,
    /// An interim look has shown a direction, and the current interval contains 0.
    Faded,
    /// No difference is shown.
    Open,
}

/// The standing of one arm.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::results) struct ArmStanding<'a> {
    pub comparison: &'a Comparison,
    pub side: Side,
    /// Guardrails that it is shown to break.
    pub broken: Vec<&'a GoalKey>,
    /// Guardrails without a reading. They may be broken.
    pub unread: Vec<&'a GoalKey>,
}

/// Returns the primary goal of each arm, with the guardrails that the arm breaks. Their
/// one-sided p-values are corrected for all guardrails and arms.
pub(in crate::results) fn standings<'a>(test: &Experiment, goals: &'a [GoalReport]) -> Vec<ArmStanding<'a>> {
    let Some(primary) = goals.iter().find(|goal| goal.role == Role::Primary) else { return Vec::new() };
    let direction = test.definition.goal(&primary.goal).map_or(Direction::Higher, |goal| goal.direction);
    let guardrails: Vec<_> = goals.iter().filter(|goal| goal.role == Role::Guardrail).collect();
    let of = |comparison: &'a Comparison| {
        let found = |goal: &GoalReport| goal.of(&comparison.variant).and_then(|own| own.guardrail);
        let breaks =
            |goal: &&&'a GoalReport| found(goal).is_some_and(|guardrail| guardrail.broken_p <= ALPHA);
        ArmStanding {
            comparison,
            side: side(comparison, direction),
            broken: guardrails.iter().filter(breaks).map(|goal| &goal.goal).collect(),
            unread: guardrails.iter().filter(|goal| found(goal).is_none()).map(|goal| &goal.goal).collect(),
        }
    };
    primary.comparisons.iter().map(of).collect()
}

/// Returns the arm with the greatest improvement that breaks no guardrail. Each guardrail must have a reading.
pub(in crate::results) fn best<'a, 'b>(standings: &'b [ArmStanding<'a>]) -> Option<&'b ArmStanding<'a>> {
    let free = |own: &&ArmStanding<'_>| own.broken.is_empty() && own.unread.is_empty();
    let better = standings.iter().filter(|own| own.side == Side::Better).filter(free);
    let by = |own: &ArmStanding<'_>| own.comparison.absolute.estimate.unwrap_or_default().abs();
    better.max_by(|a, b| by(a).total_cmp(&by(b)))
}

/// Returns the result of a comparison. The p-value is the lowest of all interim looks, so its direction is
/// that of its interim look. The interval of a running adaptive test is the current one, and no decision contradicts it. The
/// interval of re-randomization agrees with the decision, and that of the final reading is wider than its p-value.
fn side(comparison: &Comparison, direction: Direction) -> Side {
    let decided = comparison.corrected_p.is_some_and(|p| p <= ALPHA);
    let Some(shown) = comparison.shown.filter(|_| decided) else { return Side::Open };
    if comparison.absolute.estimate.and_then(Shown::of) != Some(shown) {
        return Side::Turned;
    }
    let is_kept = matches!(comparison.method, Method::Rerandomization | Method::BatchStratified);
    if !is_kept
        && comparison
            .absolute
            .low
            .zip(comparison.absolute.high)
            .is_some_and(|(low, high)| low <= 0.0 && high >= 0.0)
    {
        return Side::Faded;
    }
    if (shown == Shown::Higher) == (direction == Direction::Higher) { Side::Better } else { Side::Worse }
}

/// Describes each arm in a sentence.
pub(super) fn reasons(test: &Experiment, goals: &[GoalReport], standings: &[ArmStanding<'_>]) -> Vec<String> {
    let Some(control) = test.control() else { return Vec::new() };
    let primary = goals.iter().find(|goal| goal.role == Role::Primary);
    let of = |(goal, standing): (&GoalReport, &ArmStanding<'_>)| {
        let mut sentence = compared(goal, control, standing.comparison);
        if standing.side == Side::Turned {
            sentence.push_str(
                "; p is from an earlier interim look whose direction the current estimate no longer has, so \
                 the variant is undecided",
            );
        }
        if standing.side == Side::Faded {
            sentence
                .push_str("; p is small, but the current interval contains 0, so the variant is undecided");
        }
        if !standing.broken.is_empty() {
            let _ = write!(sentence, "; it breaks {}", guardrails(&standing.broken));
        }
        if standing.side == Side::Better && !standing.unread.is_empty() {
            let names = guardrails(&standing.unread);
            let _ = write!(sentence, "; it cannot be shipped until there is a reading of {names}");
        }
        sentence + "."
    };
    let each = primary.into_iter().flat_map(|goal| standings.iter().map(move |standing| (goal, standing)));
    each.map(of).collect()
}

/// Names guardrails. For example: "the guardrail opt-out" or "the guardrails opt-out, refunds".
pub(super) fn guardrails(names: &[&GoalKey]) -> String {
    let plural = if names.len() == 1 { "" } else { "s" };
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    format!("the guardrail{plural} {}", names.join(", "))
}

/// Describes the secondary goals with a shown difference, each with its arm.
pub(super) fn moved(test: &Experiment, goals: &[GoalReport]) -> Vec<String> {
    let Some(control) = test.control() else { return Vec::new() };
    let mut found = Vec::new();
    for goal in goals.iter().filter(|goal| goal.role == Role::Secondary) {
        let direction = test.definition.goal(&goal.goal).map_or(Direction::Higher, |goal| goal.direction);
        for comparison in &goal.comparisons {
            let word = match side(comparison, direction) {
                Side::Better => "better",
                Side::Worse => "worse",
                Side::Turned | Side::Faded | Side::Open => continue,
            };
            let sentence = compared(goal, control, comparison);
            found.push(format!("The secondary goal {} is {word} with {sentence}.", goal.goal));
        }
    }
    found
}
