//! When a figure must not be shown, or only with a warning.

use crate::moments::{Moments, count};

/// Below this number of units, an arm's own mean of a sum goal has no interval.
pub const MIN_UNITS_FOR_OWN_MEAN: u64 = 400;

/// The threshold below which few units carry a total: see [`few_carry_total`].
pub const FEW: f64 = 12.0;

/// Returns whether an arm's own mean of a sum goal may have an interval. Sums are skewed: below 400 units,
/// such an interval misses the true mean far more often than its nominal rate. Differences between arms are
/// better, because the skew of both arms largely cancels.
#[must_use]
pub fn own_mean_has_interval(units: u64) -> bool {
    units >= MIN_UNITS_FOR_OWN_MEAN
}

/// Returns the number of equal units that would give an equally uneven total, `(Σx)² / Σx²`: n when all are
/// equal, 1 when one unit has everything. Returns None without any amount.
///
/// Source: Kish 1965, the effective number of weighted units.
#[must_use]
pub fn carriers(amounts: &Moments) -> Option<f64> {
    let total = amounts.total();
    let squares = amounts.squares() + total * amounts.mean();
    (squares > 0.0).then(|| total * total / squares)
}

/// Returns whether few units carry the total: the effective number of units is at most 12 and less than half
/// of the number of units. Among more than 24 units, this is always true when three units have half of the
/// total or more, because `(Σx)² / Σx²` is then at most 3 / ½².
///
/// The moments are sufficient, so an aggregation need not store the largest units.
#[must_use]
pub fn few_carry_total(amounts: &Moments) -> bool {
    carriers(amounts).is_some_and(|carriers| carriers <= FEW && carriers < count(amounts.units()) / 2.0)
}

/// A unit with at least this share of its arm's total may dominate it: see [`Sizes::dominant`].
pub const DOMINANT_SHARE: f64 = 0.2;

/// A dominant unit has at least this multiple of the average of all other units that have any amount.
const DOMINANT_TIMES: f64 = 3.0;

/// The stored statistics of one arm's amounts that show whether one unit outweighs the others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sizes {
    all: Moments,
    largest: f64,
    carrying: u64,
}

impl Sizes {
    /// Adds one unit's amount by its absolute value.
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

    /// Returns the share of the arm's total that its largest unit has, if the share is a fifth or more and at
    /// least three times the average of the other units that have any. The arm's figure then depends mostly
    /// on that unit. A single unit with any amount dominates once the arm has ten units.
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

    /// Returns the same as [`carriers`] for sizes, or 0 without any amount.
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
    fn a_unit_with_a_fifth_and_three_times_the_average_of_the_others_dominates() {
        let account = sizes([3_276.0].into_iter().chain([1_905.0 / 39.0; 39]));
        assert!((account.dominant().unwrap() - 3_276.0 / 5_181.0).abs() < 1e-12);
        assert_eq!(sizes([8.0; 40]).dominant(), None);
        assert_eq!(sizes([1.0; 4].into_iter().chain([0.0; 36])).dominant(), None, "four equal units");
        assert!(
            sizes([-500.0].into_iter().chain([10.0; 20])).dominant().is_some(),
            "a refund can dominate too"
        );
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
    fn even_units_are_not_few_and_no_amount_gives_no_warning() {
        assert!((carriers(&of([3.0; 40])).unwrap() - 40.0).abs() < 1e-9);
        assert!(!few_carry_total(&of((0..40).map(f64::from))));
        assert!(!few_carry_total(&of([2.0, 3.0, 2.5, 2.0])), "ten units are not few of ten");
        assert_eq!(carriers(&of([0.0; 40])), None);
        assert!(!few_carry_total(&Moments::default()));
    }

    #[test]
    fn an_arms_own_mean_has_an_interval_from_400_units() {
        assert!(!own_mean_has_interval(399) && own_mean_has_interval(400));
    }
}
