//! Count, total and spread of one number per unit, in one pass and mergeable.
//!
//! Source: Youngs and Cramer 1971 for the update, Chan, Golub and others 1979 for the merge, both in numbers
//! of twice the usual precision. A plain sum of squares would lose every digit of the variance when the mean
//! is large. At ordinary precision, the order of the units would change the tenth digit.

use crate::sample::Sample;
use crate::twofold::Twofold;

/// Moments of one number over units. Numbers must be finite and below 1e150 in absolute value.
///
/// Parts that are merged in the same order give the same bits. In any other order, every figure agrees within
/// 1e-12 relative.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    n: u64,
    sum: Twofold,
    squares: Twofold,
}

impl Moments {
    /// Creates the moments of a binary goal from counts: 1 for each of `converted` units and 0 for the
    /// others.
    ///
    /// If `converted` exceeds `units`, all units count as converted.
    #[must_use]
    pub fn of_counts(converted: u64, units: u64) -> Self {
        let yes = count(converted.min(units));
        let squares = if units == 0 {
            Twofold::default()
        } else {
            Twofold::from(yes * (count(units) - yes)).over(count(units))
        };
        Self { n: units, sum: Twofold::from(yes), squares }
    }

    /// Adds one unit's number.
    pub fn add(&mut self, x: f64) {
        self.deviate(x);
    }

    /// Adds `x` and returns `n x − Σx`, n times the deviation from the new mean.
    pub(crate) fn deviate(&mut self, x: f64) -> Twofold {
        self.n += 1;
        let n = count(self.n);
        self.sum = self.sum.plus(Twofold::from(x));
        let off = Twofold::from(x).times(Twofold::from(n)).minus(self.sum);
        if self.n > 1 {
            self.squares = self.squares.plus(off.times(off).over(n * (n - 1.0)));
        }
        off
    }

    /// Adds all of `other`'s units.
    pub fn merge(&mut self, other: &Self) {
        self.join(other);
    }

    /// Adds `other` and returns `n₂Σ₁x − n₁Σ₂x`, from which the distance of the means follows.
    pub(crate) fn join(&mut self, other: &Self) -> Twofold {
        if other.n == 0 {
            return Twofold::default();
        }
        if self.n == 0 {
            *self = *other;
            return Twofold::default();
        }
        let (own, theirs) = (count(self.n), count(other.n));
        let apart = self.sum.times(Twofold::from(theirs)).minus(other.sum.times(Twofold::from(own)));
        self.n += other.n;
        self.sum = self.sum.plus(other.sum);
        let between = apart.times(apart).over(own * theirs).over(own + theirs);
        self.squares = self.squares.plus(other.squares).plus(between);
        apart
    }

    /// Returns the number of units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.n
    }

    /// Returns the mean per unit, or 0 without units.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.sum.over(count(self.n)).value() }
    }

    /// Returns the sum over units.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.sum.value()
    }

    /// Returns the sum of squared deviations from the mean.
    #[must_use]
    pub fn squares(&self) -> f64 {
        self.squares.value()
    }

    /// Returns the unbiased variance per unit. Requires two units.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.n >= 2).then(|| self.squares() / (count(self.n) - 1.0))
    }

    /// Returns the variance of the mean. Requires two units.
    #[must_use]
    pub fn variance_of_mean(&self) -> Option<f64> {
        self.variance().map(|variance| variance / count(self.n))
    }

    /// Returns the units, mean and variance, the input of every comparison of means. Requires two units.
    #[must_use]
    pub fn sample(&self) -> Option<Sample> {
        Some(Sample { units: count(self.n), mean: self.mean(), variance: self.variance()? })
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
pub(crate) fn count(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
#[path = "moments/tests.rs"]
mod tests;
