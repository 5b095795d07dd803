//! Several comparisons with interim looks: each at several levels, decided by Holm's procedure.
//!
//! Source: Holm 1979.

use serde::{Deserialize, Serialize};

use super::stopped::{Ranks, Side, Stopped};
use crate::spending::{Hypothesis, Spending};

/// The error rate of a family.
pub const ALPHA: f64 = 0.05;

/// Families of at most this many comparisons have a level for each step of Holm's procedure. Larger ones have
/// this many levels, and a step between two of them uses the stricter one.
const MAX_LEVELS: u32 = 24;

/// What is fixed about a comparison before its test starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// The units at which the information is 1, above 0.
    pub planned_units: f64,
    /// How the error rate is spent.
    pub spending: Spending,
    /// The directions in which the comparison can be decided.
    pub hypothesis: Hypothesis,
    /// The number of comparisons in the family, 1 or more.
    pub family: u32,
}

/// A comparison between its interim looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The number of interim looks so far.
    pub looks: u32,
    /// The greatest information of these looks: 1 at the plan.
    pub information: f64,
    /// The number of draws. It never rises.
    pub draws: usize,
    /// The levels, by rising divisor.
    pub levels: Vec<Level>,
}

/// A comparison at 5 % divided by an integer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The divisor, 1 or more.
    pub divisor: u32,
    /// The stopped histories.
    pub stopped: Stopped,
    /// The p-value at the last look or, after a decision, at the look that decided, 0 to 1. None when the real history
    /// could not be stopped at it.
    pub p_value: Option<f64>,
    /// The decision, which no later look changes.
    pub decided: Option<Decided>,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The direction.
    pub side: Side,
    /// The number of the look, from 1.
    pub look: u32,
    /// The information at that look.
    pub information: f64,
    /// The p-value at that look.
    pub p_value: f64,
    /// The same as an always-valid p-value, at most 5 % divided by the divisor.
    pub anytime_p: f64,
}

impl Watch {
    /// Begins to watch a comparison.
    #[must_use]
    pub fn new(terms: &Terms, draws: usize) -> Self {
        let level = |divisor| Level { divisor, stopped: Stopped::default(), p_value: None, decided: None };
        Self {
            looks: 0,
            information: 0.0,
            draws,
            levels: divisors(terms.family).into_iter().map(level).collect(),
        }
    }

    /// Takes an interim look. `ranks` are those of the real history and of every draw, and `matured` is the
    /// number of units, each counted by the share of its window that has passed.
    pub fn look(&mut self, ranks: &Ranks, matured: f64, terms: &Terms) {
        let information = (matured / terms.planned_units).max(self.information);
        self.looks += 1;
        self.information = information;
        self.draws = self.draws.min(ranks.len().saturating_sub(1));
        let ranks = &ranks[..=self.draws.min(ranks.len() - 1)];
        for level in &mut self.levels {
            level.look(ranks, (self.looks, information), terms);
        }
    }

    /// Returns the level for a step of Holm's procedure with this many comparisons left.
    fn level(&self, left: u32) -> Option<&Level> {
        self.levels.iter().find(|level| level.divisor >= left).or(self.levels.last())
    }
}

impl Level {
    fn look(&mut self, ranks: &Ranks, (look, information): (u32, f64), terms: &Terms) {
        let spent = terms.spending.spent(information) / f64::from(self.divisor);
        if self.decided.is_some() {
            return self.stopped.spend(ranks, spent, terms.hypothesis);
        }
        self.p_value = self.stopped.p_value(ranks, terms.hypothesis);
        self.stopped.spend(ranks, spent, terms.hypothesis);
        if let (Some(side), Some(p_value)) = (self.stopped.real(), self.p_value) {
            let anytime_p = p_value / spent * ALPHA / f64::from(self.divisor);
            self.decided = Some(Decided { side, look, information, p_value, anytime_p });
        }
    }
}

/// Returns the decision on each comparison of a family, with its p-value corrected by Holm: at most 5 %.
#[must_use]
pub fn decide(family: &[Option<&Watch>]) -> Vec<Option<(Decided, f64)>> {
    let mut decided: Vec<Option<(Decided, f64)>> = vec![None; family.len()];
    let mut least = 0.0_f64;
    loop {
        let left = family.len() - decided.iter().flatten().count();
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        let open = family.iter().enumerate().filter(|(index, _)| decided[*index].is_none());
        let next = open.filter_map(|(index, watch)| {
            let level = (*watch)?.level(left)?;
            let own = level.decided?;
            Some((index, own, (own.anytime_p * f64::from(level.divisor)).min(ALPHA)))
        });
        let Some((index, own, corrected)) = next.min_by(|a, b| a.2.total_cmp(&b.2)) else { return decided };
        least = least.max(corrected);
        decided[index] = Some((own, least));
    }
}

/// Returns the divisors of a family's levels, rising.
fn divisors(family: u32) -> Vec<u32> {
    let family = family.max(1);
    if family <= MAX_LEVELS {
        return (1..=family).collect();
    }
    let step = |n: u32| 1 + (u64::from(family - 1) * u64::from(n)).div_ceil(u64::from(MAX_LEVELS - 1));
    (0..MAX_LEVELS).map(|n| u32::try_from(step(n)).unwrap_or(family)).collect()
}

#[cfg(test)]
#[path = "family/tests.rs"]
mod tests;
