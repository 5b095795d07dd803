//! The boundary of an interim look, as the level of an interval.

use statrs::distribution::{ContinuousCDF, Normal};

use super::family::Watch;
use super::statistic::Rank;
use super::stopped::{Ranks, Side, Stopped, outwards, sides, size};
use crate::spending::Hypothesis;

/// The nominal one-sided levels of an interim look: the probability, without an effect, that this look alone is
/// beyond its boundary. 0 to 1. A side that is 0 cannot be decided at this look, so the interval has no end
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tails {
    /// That treatment is above control: for the lower end of an interval.
    pub higher: f64,
    /// That treatment is below control: for the upper end of an interval.
    pub lower: f64,
}

impl Tails {
    /// Returns the tail of a side.
    #[must_use]
    pub fn on(&self, side: Side) -> f64 {
        match side {
            Side::Higher => self.higher,
            Side::Lower => self.lower,
        }
    }

    /// Returns the normal score of a side's tail. None when the tail is 0.
    #[must_use]
    pub fn score(&self, side: Side) -> Option<f64> {
        let tail = self.on(side);
        (tail > 0.0).then(|| -Normal::standard().inverse_cdf(tail.min(0.5)))
    }
}

impl Stopped {
    /// Returns the tails of the interim look that was spent last, with its ranks.
    ///
    /// A tail is the share of all histories, including those that were stopped at earlier looks, that rank beyond
    /// every history that is left. Ties with such a history do not count.
    #[must_use]
    pub fn tails(&self, ranks: &Ranks, hypothesis: Hypothesis) -> Tails {
        let tail = |side: Side| {
            if !sides(hypothesis).contains(&side) {
                return 0.0;
            }
            let Some(boundary) = self.boundary(ranks, side) else { return 0.0 };
            let beyond = ranks.iter().flatten().filter(|rank| outwards(**rank, side) > boundary).count();
            size(beyond) / size(ranks.len())
        };
        Tails { higher: tail(Side::Higher), lower: tail(Side::Lower) }
    }

    /// Returns how extreme a history may be on a side and is still left, 0 or more. None when none is left.
    pub(super) fn boundary(&self, ranks: &Ranks, side: Side) -> Option<Rank> {
        self.alive(ranks).iter().map(|(rank, _)| outwards(*rank, side).max(0)).max()
    }
}

impl Watch {
    /// Returns the tails of the last look at the level of one comparison, which is not corrected for the family.
    /// Call it after [`Self::look`], with the same ranks.
    #[must_use]
    pub fn tails(&self, ranks: &Ranks, hypothesis: Hypothesis) -> Tails {
        let ranks = &ranks[..ranks.len().min(self.draws + 1)];
        self.levels.first().map_or_else(Tails::default, |level| level.stopped.tails(ranks, hypothesis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(real: i64) -> Vec<Option<i64>> {
        std::iter::once(real).chain(-99..=99).map(Some).collect()
    }

    #[test]
    fn a_look_that_stops_everything_beyond_its_boundary_has_the_spent_tails() {
        for (hypothesis, expected) in [
            (Hypothesis::Different, Tails { higher: 0.025, lower: 0.025 }),
            (Hypothesis::Greater, Tails { higher: 0.05, lower: 0.0 }),
            (Hypothesis::Less, Tails { higher: 0.0, lower: 0.05 }),
        ] {
            let mut stopped = Stopped::default();
            stopped.spend(&ranks(0), 0.05, hypothesis);
            assert_eq!(stopped.tails(&ranks(0), hypothesis), expected);
        }
    }

    #[test]
    fn histories_that_were_stopped_earlier_count_where_they_are_now() {
        let mut stopped = Stopped::default();
        stopped.spend(&ranks(0), 0.05, Hypothesis::Greater);
        let turned: Vec<_> = ranks(0).into_iter().map(|rank| rank.map(|rank| -rank)).collect();
        stopped.spend(&turned, 0.075, Hypothesis::Greater);
        assert_eq!(stopped.tails(&turned, Hypothesis::Greater).higher.to_bits(), 0.025_f64.to_bits());
        // Without a further look, ten draws are still beyond the boundary of the first one.
        let mut once = Stopped::default();
        once.spend(&ranks(0), 0.05, Hypothesis::Greater);
        once.spend(&ranks(0), 0.05, Hypothesis::Greater);
        assert_eq!(once.tails(&ranks(0), Hypothesis::Greater).higher.to_bits(), 0.05_f64.to_bits());
    }

    #[test]
    fn ties_with_a_history_that_is_left_and_histories_that_may_not_stop_are_not_in_the_tail() {
        let tied: Vec<_> = (0..100).map(|number| Some(if number < 4 { 9 } else { 1 })).collect();
        let mut stopped = Stopped::default();
        stopped.spend(&tied, 0.03, Hypothesis::Greater);
        assert_eq!(stopped.tails(&tied, Hypothesis::Greater), Tails::default());
        let none = vec![None; 100];
        assert_eq!(stopped.tails(&none, Hypothesis::Greater), Tails::default());
    }

    #[test]
    fn the_score_of_a_tail_is_a_normal_quantile() {
        let tails = Tails { higher: 0.025, lower: 0.0 };
        assert!((tails.score(Side::Higher).unwrap() - 1.959_963_984_540_054).abs() < 1e-9);
        assert_eq!(tails.score(Side::Lower), None);
    }
}
