//! The interim looks of a phase. At a look, the units of every comparison are drawn again ([`draws`], in [`stages`]
//! after a change of weights), and the most extreme histories are stopped ([`stats::rerandomization`]). What was stopped
//! and decided is stored ([`stored`]) and never changes later. Tests with too many units to draw have looks by [`normal`].
//!
//! Which counts are looks, `results::cadence` decides. A report that is requested shows the decisions so far, and takes
//! only the last look of a test that the schedule does not count, after all windows have ended.

pub mod covariate;
pub mod draws;
pub mod guardrail;
mod listed;
pub mod normal;
pub mod segments;
pub mod stages;
pub mod stored;
pub mod terms;

#[cfg(test)]
mod tests;

use stats::rerandomization::family::{Watch, decide};

use self::draws::{ArmDraws, Draws};
use self::stages::GoalDraws;
use self::stored::{Approximation, WatchedComparison, WatchedSegments};
use self::terms::{family, terms};
use super::counting::changed_weights::are_changed;
use super::counting::totals::Totals;
use crate::experiment::goal::Role;
use crate::experiment::{Experiment, Goal, GoalKey, VariantKey};

pub use stats::rerandomization::family::Decided;

/// The comparisons of a phase between two looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Looks {
    comparisons: Vec<WatchedComparison>,
    lost: bool,
}

impl Looks {
    /// Collects the stored comparisons of a phase. None stands for one that cannot be read.
    #[must_use]
    pub fn new(stored: Vec<Option<WatchedComparison>>) -> Self {
        let lost = stored.iter().any(Option::is_none);
        Self { comparisons: stored.into_iter().flatten().collect(), lost }
    }

    /// Returns the comparisons.
    #[must_use]
    pub fn comparisons(&self) -> &[WatchedComparison] {
        &self.comparisons
    }

    /// Returns the comparisons at which a look was taken since `before`, to be stored.
    pub fn taken_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a WatchedComparison> {
        let is_new = |own: &&WatchedComparison| {
            before.of(&own.goal, &own.variant).is_none_or(|old| old.watch.looks < own.watch.looks)
        };
        self.comparisons.iter().filter(is_new)
    }

    /// Returns whether a stored comparison could not be read. It begins again with its next look.
    #[must_use]
    pub fn are_lost(&self) -> bool {
        self.lost
    }

    /// Returns the comparison of an arm with control on a goal. None before its first look.
    #[must_use]
    pub fn of(&self, goal: &GoalKey, variant: &VariantKey) -> Option<&WatchedComparison> {
        self.comparisons.iter().find(|own| own.goal == *goal && own.variant == *variant)
    }

    /// Takes a look at every comparison that can be decided. A look that changes nothing is not counted.
    #[must_use]
    pub fn look(&self, test: &Experiment, totals: &Totals, draws: &Draws) -> Self {
        let mut taken = Vec::new();
        for arm in draws.arms() {
            let variant = &test.definition.variants[arm.arm].key;
            for (index, goal) in test.definition.goals.iter().enumerate() {
                let Some(own_draws) = arm.goal(index) else { continue };
                let before = self.of(&goal.key, variant);
                let own = self.look_at(test, totals, (goal, index), arm, own_draws);
                taken.extend(if own.has_changed_since(before) { Some(own) } else { before.cloned() });
            }
        }
        if draws.arms().is_empty() {
            taken = normal::look(self, test, totals);
        }
        Self { comparisons: taken, lost: self.lost }
    }

    fn look_at(
        &self,
        test: &Experiment,
        totals: &Totals,
        (goal, index): (&Goal, usize),
        arm: &ArmDraws,
        draws: &GoalDraws,
    ) -> WatchedComparison {
        let (arms, variant) = ((arm.control, arm.arm), &test.definition.variants[arm.arm].key);
        let (before, terms) = (self.of(&goal.key, variant), terms(test, goal));
        let matured = matured(test, totals, index, arms);
        let ranks = draws.ranks();
        let new = || WatchedComparison::new(test, goal, variant, ranks.len().saturating_sub(1));
        let mut own = before.cloned().unwrap_or_else(new);
        if are_changed(test, totals) {
            own.approximate_after(own.watch.looks, Approximation::WeightsChanged);
        }
        // What looks at moments have spent is not among the stopped draws, so draws must not spend it again.
        if !ranks.is_empty() && own.normal.is_none() {
            own.watch.look(&ranks, matured, &terms);
        }
        let old = before.and_then(|own| own.guardrail.as_ref());
        own.guardrail = guardrail::look(test, totals, (index, arms), draws, (old, matured));
        if goal.role == Role::Primary {
            let old = before.and_then(|own| own.segments.as_ref());
            own.segments =
                WatchedSegments::look(old, test, goal, &arm.segments, matured).or_else(|| old.cloned());
        }
        own
    }

    /// Returns the decision on each arm other than control for each goal of a role, corrected by Holm over all of
    /// them, in the order of the goals and then of the arms.
    #[must_use]
    pub fn decided(&self, test: &Experiment, role: Role) -> Vec<Option<(Decided, f64)>> {
        let watches: Vec<Option<&Watch>> = family(test, role)
            .map(|(goal, variant)| self.of(&goal.key, variant).map(|own| &own.watch))
            .collect();
        decide(&watches)
    }
}

/// Returns the information of a comparison in units past their window: see [`stages::information`].
fn matured(test: &Experiment, totals: &Totals, index: usize, arms: (usize, usize)) -> f64 {
    stages::information(test, totals, index, arms).into_iter().sum()
}

/// Returns whether the windows of all units of a goal have ended.
fn is_mature(totals: &Totals, index: usize, goal: &Goal) -> bool {
    let open = totals.matured_ms.get(index).map_or(0, |own| own.iter().sum());
    let window = u64::try_from(goal.window_ms()).unwrap_or(u64::MAX);
    open >= totals.units().saturating_mul(window)
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn count(units: u64) -> f64 {
    units as f64
}

/// The draws of a count and the looks so far: what the readings of a report follow from.
#[derive(Debug, Default)]
pub struct Watched {
    /// The draws.
    pub draws: Draws,
    /// The looks.
    pub looks: Looks,
}

impl Watched {
    /// Draws the units of a count again, without taking a look.
    #[must_use]
    pub fn new(test: &Experiment, totals: &Totals, looks: Looks) -> Self {
        Self { draws: Draws::new(test, totals), looks }
    }

    /// Takes a look.
    #[must_use]
    pub fn look(self, test: &Experiment, totals: &Totals) -> Self {
        Self { looks: self.looks.look(test, totals, &self.draws), ..self }
    }

    /// Returns whether all windows have ended and some comparison has not been looked at since.
    #[must_use]
    pub fn is_last_look_due(&self, test: &Experiment, totals: &Totals) -> bool {
        self.draws.arms().iter().any(|arm| {
            let variant = &test.definition.variants[arm.arm].key;
            test.definition.goals.iter().enumerate().any(|(index, goal)| {
                let matured = matured(test, totals, index, (arm.control, arm.arm));
                let planned = terms(test, goal).planned_units;
                let seen = self.looks.of(&goal.key, variant).map_or(0.0, |own| own.watch.information);
                arm.goal(index).is_some() && is_mature(totals, index, goal) && matured > seen * planned
            })
        }) || normal::is_last_look_due(&self.looks, test, totals)
    }

    /// Returns the draws of an arm.
    #[must_use]
    pub fn arm(&self, arm: usize) -> Option<&ArmDraws> {
        self.draws.arms().iter().find(|own| own.arm == arm)
    }
}
