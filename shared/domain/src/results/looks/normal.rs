//! Looks at tests with more units than can be drawn again. The statistic comes from the moments of each arm.
//!
//! The moments are not kept by weights, so there is no such look after a change of weights.

use stats::rerandomization::MIN_DRAWS;
use stats::rerandomization::normal::{NoLook, STEP, check, difference, log_ratio};
use stats::sample::Sample;

use super::stored::{Approximation, WatchedComparison};
use super::terms::terms;
use super::{Looks, is_mature, matured};
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{Experiment, Goal};
use crate::results::counting::changed_weights::{are_changed, undeclared_change};
use crate::results::counting::pair::Pair;
use crate::results::counting::totals::Totals;

/// Why a comparison of many units has no look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoNormalLook {
    /// The weights have changed.
    WeightsChanged,
    /// The statistic is not nearly normal.
    Unsuitable(NoLook),
}

/// Returns both arms of a comparison, if a look at their moments is valid.
///
/// # Errors
/// Returns why it is not.
pub fn samples(
    test: &Experiment,
    totals: &Totals,
    goal: &Goal,
    pair: &Pair<'_>,
) -> Result<[Sample; 2], NoNormalLook> {
    if are_changed(test, totals) {
        return Err(NoNormalLook::WeightsChanged);
    }
    let (a, b) = (pair.control, pair.treatment);
    let moments = match goal.kind {
        Kind::Ratio => vec![a.paired.x(), a.paired.y(), b.paired.x(), b.paired.y()],
        Kind::Binary | Kind::Count | Kind::Sum => vec![&a.moments, &b.moments],
    };
    let (m, n) = pair.units();
    check([m, n], &moments).map_err(NoNormalLook::Unsuitable)?;
    let (a, b) = pair.samples().ok_or(NoNormalLook::Unsuitable(NoLook::FewCarryTotal))?;
    Ok([a, b])
}

/// Returns whether a test has more units than can be drawn again.
#[must_use]
pub fn applies(test: &Experiment, totals: &Totals) -> bool {
    totals.unit_rows.are_too_many()
        && test.definition.allocation.mode != Mode::Adaptive
        && undeclared_change(test, totals).is_none()
}

/// Takes a look at every comparison that can be decided, and returns all comparisons.
pub(super) fn look(before: &Looks, test: &Experiment, totals: &Totals) -> Vec<WatchedComparison> {
    let mut all = before.comparisons.clone();
    let control = test.definition.variants.iter().position(|variant| variant.is_control);
    let Some(control) = control.filter(|_| applies(test, totals)) else { return all };
    for arm in (0..test.definition.variants.len()).filter(|arm| *arm != control) {
        let goals = test.definition.goals.iter().enumerate();
        for (index, goal) in goals.filter(|(_, goal)| goal.role != Role::None) {
            let variant = &test.definition.variants[arm].key;
            let old = before.of(&goal.key, variant);
            let mut own =
                old.cloned().unwrap_or_else(|| WatchedComparison::new(test, goal, variant, MIN_DRAWS));
            own.look_at_moments(test, totals, (goal, index), (control, arm));
            if own.has_changed_since(old) {
                all.retain(|other| (&other.goal, &other.variant) != (&own.goal, &own.variant));
                all.push(own);
            }
        }
    }
    all
}

/// Returns whether all windows of a goal have ended and a comparison has not been looked at since.
pub(super) fn is_last_look_due(looks: &Looks, test: &Experiment, totals: &Totals) -> bool {
    let control = test.definition.variants.iter().position(|variant| variant.is_control);
    let Some(control) = control.filter(|_| applies(test, totals)) else { return false };
    let goals = test.definition.goals.iter().enumerate();
    goals.filter(|(index, goal)| goal.role != Role::None && is_mature(totals, *index, goal)).any(
        |(index, goal)| {
            (0..test.definition.variants.len()).filter(|arm| *arm != control).any(|arm| {
                let seen = looks.of(&goal.key, &test.definition.variants[arm].key);
                let seen = seen.map_or(0.0, |own| own.watch.information * terms(test, goal).planned_units);
                matured(test, totals, index, (control, arm)) > seen * (1.0 + STEP)
            })
        },
    )
}

impl WatchedComparison {
    fn look_at_moments(
        &mut self,
        test: &Experiment,
        totals: &Totals,
        (goal, index): (&Goal, usize),
        (control, arm): (usize, usize),
    ) {
        let [control_totals, treatment] = [control, arm].map(|arm| &totals.arms[arm].goals[index]);
        let pair = Pair { kind: goal.kind, control: control_totals, treatment };
        let Ok([a, b]) = samples(test, totals, goal, &pair) else { return };
        let score = if goal.kind == Kind::Ratio { log_ratio(&a, &b) } else { difference(&a, &b) };
        let before = self.watch.looks;
        let mut looks = self.normal.take().unwrap_or_default();
        looks.look(&mut self.watch, score, matured(test, totals, index, (control, arm)), &terms(test, goal));
        self.normal = Some(looks);
        if self.watch.looks > before {
            self.approximate_after(before, Approximation::ManyUnits);
        }
    }
}

#[cfg(test)]
#[path = "normal/tests.rs"]
mod tests;
