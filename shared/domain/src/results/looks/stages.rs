//! The stages of a test whose weights have changed: the units that were assigned under each set of weights. The arms
//! are compared within each stage. The method is [`stats::rerandomization::stages`].
//!
//! A change by the author may follow from what was seen, and then the combination is approximate. What the author has
//! seen is not known: a report on request is not recorded, and counts that are no looks are shown too. Every change after
//! the first unit is therefore called approximate. A change before it leaves one set of weights with units, and is none
//! here. A rule that does not look at results cannot be distinguished from an author who does; the method is exact for it.

use stats::rerandomization::MIN_UNITS;
use stats::rerandomization::drawn::Drawn;
use stats::rerandomization::stages::{Stage, combined};
use stats::rerandomization::statistic::Rank;

use super::count;
use crate::experiment::{Experiment, Weighting};
use crate::results::counting::totals::Totals;

/// The draws of a goal in one comparison.
#[derive(Debug, Clone)]
pub struct GoalDraws(Vec<(Drawn, f64)>);

impl GoalDraws {
    /// Collects the draws of each stage, with its information.
    #[must_use]
    pub(super) fn new(stages: Vec<(Drawn, f64)>) -> Self {
        Self(stages)
    }

    /// Returns the draws of all units, if they were assigned under one set of weights.
    #[must_use]
    pub fn only(&self) -> Option<&Drawn> {
        match self.0.as_slice() {
            [(only, _)] => Some(only),
            _ => None,
        }
    }

    /// Returns the number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.0.first().map_or(0, |(drawn, _)| drawn.draws())
    }

    /// Returns the draws of each stage, with its information.
    #[must_use]
    pub fn stages(&self) -> Vec<(&Drawn, f64)> {
        self.0.iter().map(|(drawn, information)| (drawn, *information)).collect()
    }

    /// Returns the rank of every history, the real one first. None for histories that may not be stopped.
    #[must_use]
    pub fn ranks(&self) -> Vec<Option<Rank>> {
        self.ranks_of(Drawn::ranks)
    }

    /// Returns the same with the ranks of each stage by `of`.
    #[must_use]
    pub fn ranks_of(&self, of: impl Fn(&Drawn) -> Vec<Option<Rank>>) -> Vec<Option<Rank>> {
        let stage =
            |(drawn, information): &(Drawn, f64)| Stage { ranks: of(drawn), information: *information };
        combined(&self.0.iter().map(stage).collect::<Vec<_>>())
    }
}

/// Returns the information of each set of weights in one comparison: its units, each counted by the share of its window
/// that has passed, times the information of a unit compared with one under the first weights. A unit of the
/// comparison has the information π(1 − π). With equal arms, 80:20 gives 0.64 times as much as 50:50.
///
/// After a change, a set of weights with too few units in an arm has no information.
#[must_use]
pub fn information(test: &Experiment, totals: &Totals, index: usize, arms: (usize, usize)) -> Vec<f64> {
    let Some(open) = totals.matured_ms.get(index) else { return Vec::new() };
    #[expect(clippy::cast_precision_loss, reason = "the share of a window needs no more precision")]
    let matured = |open: u64| open as f64 / test.definition.goals[index].window_ms() as f64;
    if !totals.are_of_several_weightings() {
        return open.iter().map(|own| matured(*own)).collect();
    }
    let of_unit: Vec<f64> = test.weightings.iter().map(|own| of_unit(own, arms)).collect();
    let first = of_unit.iter().copied().find(|own| *own > 0.0).unwrap_or(1.0);
    let is_usable = |units: &Vec<u64>| count(units[arms.0].min(units[arms.1])) >= MIN_UNITS;
    let stages = open.iter().zip(&of_unit).zip(&totals.strata);
    stages
        .map(|((open, own), units)| if is_usable(units) { matured(*open) * (own / first) } else { 0.0 })
        .collect()
}

/// Returns the expected information of a unit in any arm: its chance to be in one of the two, times π(1 − π).
fn of_unit(weighting: &Weighting, (control, arm): (usize, usize)) -> f64 {
    let [a, b] = [control, arm].map(|arm| f64::from(weighting.weights.get(arm).map_or(0, |own| own.get())));
    if a > 0.0 && b > 0.0 { a * b / (a + b) } else { 0.0 }
}

#[cfg(test)]
#[path = "stages/tests.rs"]
mod tests;
