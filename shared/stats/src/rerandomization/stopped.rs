//! The histories that interim looks have stopped, at one level.

use serde::{Deserialize, Serialize};

use super::statistic::Rank;
use crate::spending::Hypothesis;

/// The number of the real history. Draws are numbered from 1.
pub const REAL: u16 = 0;

/// The direction in which a history was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Treatment was above control.
    Higher,
    /// Treatment was below control.
    Lower,
}

/// The stopped histories, by number. Stored between interim looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stopped {
    /// Those that were stopped because treatment was above control, in ascending order.
    pub higher: Vec<u16>,
    /// Those that were stopped because treatment was below control, in ascending order.
    pub lower: Vec<u16>,
}

/// The ranks of all histories at an interim look, the real one first. None for histories that may not be stopped
/// at this look.
pub type Ranks = [Option<Rank>];

impl Stopped {
    /// Returns the side on which the real history was stopped.
    #[must_use]
    pub fn real(&self) -> Option<Side> {
        let has = |own: &[u16]| own.first() == Some(&REAL);
        has(&self.higher).then_some(Side::Higher).or(has(&self.lower).then_some(Side::Lower))
    }

    /// Stops the most extreme histories until the share `spent` (0 to 1) of all histories is stopped, half of it
    /// on each side of a two-sided test. Ties are stopped together or not at all. A repeated look with the same
    /// `spent` stops nothing.
    pub fn spend(&mut self, ranks: &Ranks, spent: f64, hypothesis: Hypothesis) {
        let sides = sides(hypothesis);
        let share = spent / crate::moments::count(sides.len() as u64);
        let alive = self.alive(ranks);
        for &side in sides {
            let mut order: Vec<(Rank, u16)> =
                alive.iter().map(|&(rank, number)| (outwards(rank, side), number)).collect();
            order.retain(|(rank, _)| *rank > 0);
            order.sort_by(|a, b| b.cmp(a));
            self.stop(side, &order, budget(share, ranks.len()), ranks.len());
        }
    }

    /// Returns the p-value of the real history: the share of histories that are stopped on its side or are at
    /// least as extreme now, doubled for a two-sided test, at most 1. Call it before [`Self::spend`]: the real
    /// history is stopped exactly when this is at most `spent`. Returns None when the real history may not be
    /// stopped at this look.
    #[must_use]
    pub fn p_value(&self, ranks: &Ranks, hypothesis: Hypothesis) -> Option<f64> {
        let real = (*ranks.first()?)?;
        let sides = sides(hypothesis);
        let side = match sides {
            [side] => *side,
            _ if real >= 0 => Side::Higher,
            _ => Side::Lower,
        };
        let own = outwards(real, side);
        let before = self.on(side).iter().filter(|number| usize::from(**number) < ranks.len()).count();
        let now = self.alive(ranks).iter().filter(|(rank, _)| outwards(*rank, side) >= own).count();
        let share = size(before + now) / size(ranks.len());
        Some((share * size(sides.len())).min(1.0))
    }

    fn on(&self, side: Side) -> &[u16] {
        match side {
            Side::Higher => &self.higher,
            Side::Lower => &self.lower,
        }
    }

    /// Returns the histories that may be stopped now, with their ranks.
    pub(super) fn alive(&self, ranks: &Ranks) -> Vec<(Rank, u16)> {
        let mut stopped = vec![false; ranks.len()];
        for number in self.higher.iter().chain(&self.lower) {
            if let Some(own) = stopped.get_mut(usize::from(*number)) {
                *own = true;
            }
        }
        let numbered = (0..=u16::MAX).zip(ranks).zip(stopped);
        numbered.filter(|(_, stopped)| !stopped).filter_map(|((n, rank), _)| Some(((*rank)?, n))).collect()
    }

    /// Stops groups of ties in this order while at most `budget` histories are stopped on this side.
    fn stop(&mut self, side: Side, order: &[(Rank, u16)], budget: usize, histories: usize) {
        let own = match side {
            Side::Higher => &mut self.higher,
            Side::Lower => &mut self.lower,
        };
        let mut stopped = own.iter().filter(|number| usize::from(**number) < histories).count();
        for ties in order.chunk_by(|a, b| a.0 == b.0) {
            if stopped + ties.len() > budget {
                break;
            }
            stopped += ties.len();
            own.extend(ties.iter().map(|(_, number)| *number));
        }
        own.sort_unstable();
    }
}

/// Returns the sides on which a test can be decided.
pub(super) fn sides(hypothesis: Hypothesis) -> &'static [Side] {
    match hypothesis {
        Hypothesis::Different => &[Side::Higher, Side::Lower],
        Hypothesis::Greater => &[Side::Higher],
        Hypothesis::Less => &[Side::Lower],
    }
}

/// Returns how extreme a rank is on this side.
pub(super) fn outwards(rank: Rank, side: Side) -> Rank {
    match side {
        Side::Higher => rank,
        Side::Lower => rank.saturating_neg(),
    }
}

/// Returns the number of histories that a share allows. The small addition undoes rounding of a product that is
/// a whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to the histories")]
fn budget(share: f64, histories: usize) -> usize {
    (share * size(histories) + 1e-9).floor().max(0.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "at most 65,536 histories")]
pub(super) fn size(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
#[path = "stopped/tests.rs"]
mod tests;
