//! Count, mean and spread of one number per unit, in one pass and mergeable.
//!
//! Source: Welford 1962 for the update; Chan, Golub and others 1979 for the merge. A bare sum of
//! squares would lose every digit of the variance when the mean is large.

/// Moments of one number over units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    m2: f64,
    sum: f64,
    lost: f64,
}

impl Moments {
    /// Adds one unit's number.
    pub fn add(&mut self, x: f64) {
        self.n += 1;
        self.sum_up(x);
        let delta = x - self.mean;
        self.mean += delta / self.count();
        self.m2 += delta * (x - self.mean);
    }

    /// Adds all of `other`'s units.
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        self.sum_up(other.sum);
        self.sum_up(other.lost);
        let (own, theirs) = (self.count(), other.count());
        let (n, delta) = (own + theirs, other.mean - self.mean);
        self.n += other.n;
        self.mean += delta * theirs / n;
        self.m2 += other.m2 + delta * delta * own * theirs / n;
    }

    /// How many units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.n
    }

    /// The mean per unit; 0 without units.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The sum over units.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.sum + self.lost
    }

    /// Keeps the digits that an addition drops (Neumaier 1974), so that amounts of money add up.
    fn sum_up(&mut self, x: f64) {
        let sum = self.sum + x;
        let (large, small) = if self.sum.abs() >= x.abs() { (self.sum, x) } else { (x, self.sum) };
        self.lost += (large - sum) + small;
        self.sum = sum;
    }

    /// The unbiased variance per unit; needs two units.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.n >= 2).then(|| self.m2 / (self.count() - 1.0))
    }

    /// The variance of the mean; needs two units.
    #[must_use]
    pub fn variance_of_mean(&self) -> Option<f64> {
        self.variance().map(|variance| variance / self.count())
    }

    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    fn count(&self) -> f64 {
        self.n as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for &x in numbers {
            moments.add(x);
        }
        moments
    }

    #[test]
    fn a_large_offset_costs_the_variance_no_digits() {
        let moments = of(&[1e12 + 4.0, 1e12 + 7.0, 1e12 + 13.0, 1e12 + 16.0]);
        assert_eq!(moments.variance(), Some(30.0));
    }

    #[test]
    fn a_total_keeps_the_small_amounts_beside_the_large() {
        assert!((of(&[1e15, 0.1, 0.1, -1e15, 0.1]).total() - 0.3).abs() < 1e-12);
        let mut parts = of(&[1e15, 0.1]);
        parts.merge(&of(&[0.1, -1e15, 0.1]));
        assert!((parts.total() - 0.3).abs() < 1e-12);
    }

    #[test]
    fn merging_parts_gives_the_moments_of_the_whole() {
        let numbers: Vec<f64> = (0..100).map(|i| f64::from(i * i % 37)).collect();
        let (whole, mut parts) = (of(&numbers), of(&numbers[..31]));
        parts.merge(&Moments::default());
        parts.merge(&of(&numbers[31..]));
        assert_eq!(parts.units(), 100);
        assert!((parts.mean() - whole.mean()).abs() < 1e-12);
        let (a, b) = (parts.variance().unwrap(), whole.variance().unwrap());
        assert!((a - b).abs() < 1e-12 * b);
    }
}
