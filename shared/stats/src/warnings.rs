//! When a figure must not be shown, or not without a word of warning.

use crate::moments::{Moments, count};

/// Below this many units an arm's own mean of a sum goal has no interval.
pub const LEAST_UNITS_FOR_OWN_MEAN: u64 = 400;

/// As few units as this carry a total: see [`few_carry_total`].
pub const FEW: f64 = 12.0;

/// Whether an arm's own mean of a sum goal may have an interval. Sums are skewed: below 400 units such
/// an interval misses the true mean far more often than it says. Differences between arms are better,
/// for the skew of both largely cancels.
#[must_use]
pub fn own_mean_has_interval(units: u64) -> bool {
    units >= LEAST_UNITS_FOR_OWN_MEAN
}

/// How many equal units would carry the total as unevenly as these do, `(Σx)² / Σx²`: n when all are
/// equal, 1 when one unit has everything. None without any amount.
///
/// Source: Kish 1965, the effective number of weighted units.
#[must_use]
pub fn carriers(amounts: &Moments) -> Option<f64> {
    let total = amounts.total();
    let squares = amounts.squares() + total * amounts.mean();
    (squares > 0.0).then(|| total * total / squares)
}

/// Whether few units carry the total: it is as if 12 or fewer did, and they are less than half of all.
/// Among more than 24 units it is always true when three have half of the total or more, for then
/// `(Σx)² / Σx²` is at most 3 / ½².
///
/// The moments are enough for it: a fold need not keep the largest units.
#[must_use]
pub fn few_carry_total(amounts: &Moments) -> bool {
    carriers(amounts).is_some_and(|carriers| carriers <= FEW && carriers < count(amounts.units()) / 2.0)
}

/// A unit with this share of its arm's total or more may dominate it: see [`Sizes::dominant`].
pub const DOMINANT_SHARE: f64 = 0.2;

/// So many times the average of all others that have any amount, a dominant unit has at least.
const DOMINANT_TIMES: f64 = 3.0;

/// What is kept of the sizes of one arm's amounts to see whether one unit outweighs the others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sizes {
    all: Moments,
    largest: f64,
    carrying: u64,
}

impl Sizes {
    /// Counts one unit's amount by its size.
    pub fn add(&mut self, amount: f64) {
        self.all.add(amount.abs());
        self.largest = self.largest.max(amount.abs());
        self.carrying += u64::from(amount.abs() > 0.0);
    }

    /// Adds the units of another part of the same arm.
    pub fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        self.largest = self.largest.max(other.largest);
        self.carrying += other.carrying;
    }

    /// The share of the arm's total that its largest unit has, when that is a fifth or more and at least three
    /// times the average of the other units that have any. Then the arm's figure is mostly that one unit's.
    /// A single unit with any amount dominates once the arm has ten units.
    #[must_use]
    pub fn dominant(&self) -> Option<f64> {
        let total = self.all.total();
        let share = self.largest / total;
        let others = count(self.carrying.saturating_sub(1));
        let outweighs = if others > 0.0 {
            self.largest * others >= DOMINANT_TIMES * (total - self.largest)
        } else {
            self.all.units() >= 10
        };
        (total > 0.0 && share >= DOMINANT_SHARE && outweighs).then_some(share)
    }

    /// As [`carriers`], of sizes; 0 without any amount.
    #[must_use]
    pub fn carriers(&self) -> f64 {
        carriers(&self.all).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(numbers: impl IntoIterator<Item = f64>) -> Sizes {
        let mut sizes = Sizes::default();
        numbers.into_iter().for_each(|x| sizes.add(x));
        sizes
    }

    #[test]
    fn one_unit_with_a_fifth_and_thrice_the_others_average_dominates() {
        let account = sizes([3_276.0].into_iter().chain([1_905.0 / 39.0; 39]));
        assert!((account.dominant().unwrap() - 3_276.0 / 5_181.0).abs() < 1e-12);
        assert_eq!(sizes([8.0; 40]).dominant(), None);
        assert_eq!(sizes([1.0; 4].into_iter().chain([0.0; 36])).dominant(), None, "four alike");
        assert!(sizes([-500.0].into_iter().chain([10.0; 20])).dominant().is_some(), "a refund is one too");
        assert!(sizes([70.0].into_iter().chain([0.0; 9])).dominant().is_some());
        assert_eq!(sizes([70.0].into_iter().chain([0.0; 8])).dominant(), None);
        assert_eq!((sizes([0.0; 40]).dominant(), sizes([]).dominant()), (None, None));
        let mut parts = sizes([8.0; 20]);
        parts.merge(&sizes([9_000.0].into_iter().chain([8.0; 19])));
        assert_eq!(parts.dominant(), sizes([9_000.0].into_iter().chain([8.0; 39])).dominant());
    }

    fn of(numbers: impl IntoIterator<Item = f64>) -> Moments {
        let mut moments = Moments::default();
        numbers.into_iter().for_each(|x| moments.add(x));
        moments
    }

    #[test]
    fn three_units_with_half_of_the_total_are_few() {
        let uneven = of([10.0, 10.0, 10.0].into_iter().chain([0.03; 1_000]));
        assert!(few_carry_total(&uneven));
        assert!(carriers(&uneven).unwrap() <= 12.0);
        let one = of([500.0].into_iter().chain([0.0; 49]));
        assert!((carriers(&one).unwrap() - 1.0).abs() < 1e-12 && few_carry_total(&one));
    }

    #[test]
    fn even_units_are_not_few_and_no_amount_says_nothing() {
        assert!((carriers(&of([3.0; 40])).unwrap() - 40.0).abs() < 1e-9);
        assert!(!few_carry_total(&of((0..40).map(f64::from))));
        assert!(!few_carry_total(&of([2.0, 3.0, 2.5, 2.0])), "of ten units none is many");
        assert_eq!(carriers(&of([0.0; 40])), None);
        assert!(!few_carry_total(&Moments::default()));
    }

    #[test]
    fn an_own_mean_has_an_interval_from_400_units() {
        assert!(!own_mean_has_interval(399) && own_mean_has_interval(400));
    }
}
