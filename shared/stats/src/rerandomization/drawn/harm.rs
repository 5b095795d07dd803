//! A margin in the goal's own unit, removed as a factor of control's mean.
//!
//! Outcomes that are often 0 and otherwise skewed, such as revenue, change by a factor rather than by a shift, and the
//! logarithm of their mean is less skewed than the mean. The factor depends on control's mean, which is an estimate.
//! The statistic of the real history accounts for it: with control's mean a, the logarithm of a + margin has the
//! variance of the logarithm of a, divided by the square of the factor.
//!
//! Rates are shifted instead: by simulation, a shift errs less and shows more there.

use super::{Drawn, Kind, Rank};
use crate::rerandomization::statistic::{is_eligible, log_means_weighted, log_ratios_weighted, rank};

impl Drawn {
    /// Returns the rank of every history after an assumed difference of means or ratios, treatment − control, is
    /// removed from the outcomes of the real treatment arm, as a factor. None if outcomes are negative or are all 0 or 1, or if there is
    /// no such factor because control's mean is 0 or the difference is −100 % of it or less.
    #[must_use]
    pub fn ranks_without_difference(&self, difference: f64) -> Option<Vec<Option<Rank>>> {
        let factor = 1.0 + difference / self.control_mean()?;
        if !(factor > 0.0 && factor.is_finite()) {
            return None;
        }
        let mut ranks = self.ranks_without_factor(factor);
        if let Some(first) = ranks.first_mut() {
            *first = self.real_rank(factor);
        }
        Some(ranks)
    }

    /// Returns control's mean or ratio in the goal's own unit if a factor of it can be removed.
    fn control_mean(&self) -> Option<f64> {
        let mean = match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                own.are_positive().ok().filter(|()| !own.is_binary)?;
                let [n, sum, _] = own.plain(own.sums.real()[0]);
                sum / n * own.scale
            }
            Kind::Ratios(own) => {
                let [_, x, y, ..] = own.sums.real()[0];
                x / y * own.numerator / own.denominator
            }
        };
        (mean > 0.0).then_some(mean)
    }

    fn real_rank(&self, factor: f64) -> Option<Rank> {
        let weight = factor.powi(-2);
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                let [a, [n, sum, squares]] = own.sums.real().map(|sums| own.plain(sums));
                let arms = [a, [n, sum / factor, squares / factor.powi(2)]];
                is_eligible(&arms).then(|| rank(log_means_weighted(&arms, weight)))
            }
            Kind::Ratios(own) => {
                let [a, [n, x, y, xx, xy, yy]] = own.sums.real();
                let arms = [a, [n, x / factor, y, xx / factor.powi(2), xy / factor, yy]];
                is_eligible(&arms).then(|| rank(log_ratios_weighted(&arms, weight)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rerandomization::drawn::{Drawn, Goal, Place, Unit, draw};
    use crate::rerandomization::place::Propensity;

    fn drawn(goal: &Goal<'_>) -> Drawn {
        let propensity = Propensity::new(1, 1).unwrap();
        let units: Vec<_> = (0..80_u8)
            .map(|n| Unit { treated: n % 2 == 1, place: Place::Alone { key: [n; 32], propensity } })
            .collect();
        draw(&units, &[*goal], 9).remove(0)
    }

    /// Pairs of amounts of which the second is multiplied.
    fn amounts(factor: f64) -> Vec<f64> {
        (0..80_u32).map(|n| f64::from(n / 2 % 9).powi(2) * if n % 2 == 1 { factor } else { 1.0 }).collect()
    }

    #[test]
    fn a_difference_that_the_arms_have_leaves_no_difference() {
        let numbers = amounts(1.5);
        let mean = numbers.iter().step_by(2).sum::<f64>() / 40.0;
        let found = drawn(&Goal::Amounts(&numbers)).ranks_without_difference(0.5 * mean).unwrap();
        assert!(found[0] == Some(0) && found[1] != Some(0), "{found:?}");
        let pairs: Vec<_> = numbers.iter().map(|own| (*own, 3.0)).collect();
        let found = drawn(&Goal::Ratios(&pairs)).ranks_without_difference(0.5 * mean / 3.0).unwrap();
        assert_eq!(found[0], Some(0));
    }

    #[test]
    fn the_real_history_accounts_for_the_estimate_of_controls_mean() {
        let numbers = amounts(1.0);
        let drawn = drawn(&Goal::Amounts(&numbers));
        let mean = numbers.iter().step_by(2).sum::<f64>() / 40.0;
        for (factor, variance) in [(2.0, 1.25_f64), (0.5, 5.0)] {
            let known = drawn.ranks_without_factor(factor);
            let found = drawn.ranks_without_difference((factor - 1.0) * mean).unwrap();
            assert_eq!(known[1..], found[1..]);
            // Both arms have the same relative variance.
            #[expect(clippy::cast_precision_loss, reason = "small ranks")]
            let [known, found] = [known[0], found[0]].map(|rank| rank.unwrap() as f64);
            assert!((found / known - (2.0 / variance).sqrt()).abs() < 1e-5, "{known} {found}");
        }
    }

    #[test]
    fn without_a_factor_there_are_no_ranks() {
        let numbers = amounts(1.0);
        let positive = drawn(&Goal::Amounts(&numbers));
        let mean = numbers.iter().step_by(2).sum::<f64>() / 40.0;
        assert!(positive.ranks_without_difference(-0.9 * mean).is_some());
        assert!(positive.ranks_without_difference(-1.1 * mean).is_none());
        let negative: Vec<_> = numbers.iter().map(|own| own - 1.0).collect();
        assert!(drawn(&Goal::Amounts(&negative)).ranks_without_difference(1.0).is_none());
        assert!(drawn(&Goal::Amounts(&[0.0; 80])).ranks_without_difference(1.0).is_none());
        let binary: Vec<_> = (0..80_u32).map(|n| f64::from(n % 3 % 2)).collect();
        assert!(drawn(&Goal::Amounts(&binary)).ranks_without_difference(0.1).is_none());
    }
}
