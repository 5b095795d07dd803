//! Empirical Bayes estimates of several effects: each is drawn towards their mean, the more the less certain it
//! is. Of many tests, those with the greatest lifts are more often lucky than not, and shrunk lifts correct this.
//!
//! The true effects are assumed to be normal with an unknown mean and variance, and each estimate to be normal
//! around its true effect with a known variance. Source: Efron and Morris 1975, "Data analysis using Stein's
//! estimator and its generalizations"; Morris 1983 for the intervals; Paule and Mandel 1982 for the variance
//! between effects.

use statrs::distribution::{ContinuousCDF, Normal};

/// The lowest number of estimates from which the variance between effects is estimated.
pub const MIN_ESTIMATES: usize = 3;

/// The number of halvings of an interval in which the variance lies.
const HALVINGS: usize = 100;

/// An estimate of one effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimated effect.
    pub effect: f64,
    /// The variance of the estimate, above 0.
    pub variance: f64,
}

/// The distribution of the true effects, as estimated from all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The mean effect.
    pub mean: f64,
    /// The variance of the mean.
    pub variance_of_mean: f64,
    /// The variance between true effects. 0 when the estimates vary no more than by chance.
    pub variance: f64,
}

/// A shrunk effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// The effect, between the estimate and the mean of all.
    pub effect: f64,
    /// Its standard deviation. It includes that of the mean, but not the uncertainty of the variance between
    /// effects.
    pub deviation: f64,
}

impl Prior {
    /// Estimates the distribution. Returns None with fewer than [`MIN_ESTIMATES`] estimates, or with one that is
    /// not a number or whose variance is not above 0.
    #[must_use]
    pub fn of(estimates: &[Estimate]) -> Option<Self> {
        let sound = |own: &Estimate| own.effect.is_finite() && own.variance > 0.0 && own.variance.is_finite();
        if estimates.len() < MIN_ESTIMATES || !estimates.iter().all(sound) {
            return None;
        }
        let variance = between(estimates);
        let (mean, weight) = weighted_mean(estimates, variance);
        Some(Self { mean, variance_of_mean: 1.0 / weight, variance })
    }

    /// Returns the shrunk effect of an estimate.
    #[must_use]
    pub fn shrink(&self, own: Estimate) -> Shrunk {
        let chance = own.variance / (own.variance + self.variance);
        let variance = (1.0 - chance) * own.variance + chance.powi(2) * self.variance_of_mean;
        Shrunk { effect: own.effect + chance * (self.mean - own.effect), deviation: variance.sqrt() }
    }

    /// Returns the sum of the shrunk effects. The mean, of which each contains a share, is uncertain for all of
    /// them together.
    #[must_use]
    pub fn sum(&self, all: &[Estimate]) -> Shrunk {
        let chances = || all.iter().map(|own| own.variance / (own.variance + self.variance));
        let own: f64 = all.iter().zip(chances()).map(|(own, chance)| (1.0 - chance) * own.variance).sum();
        let shared = chances().sum::<f64>().powi(2) * self.variance_of_mean;
        let effect = all.iter().map(|own| self.shrink(*own).effect).sum();
        Shrunk { effect, deviation: (own + shared).sqrt() }
    }
}

impl Shrunk {
    /// Returns the 95 % interval.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let half = Normal::standard().inverse_cdf(0.975) * self.deviation;
        (self.effect - half, self.effect + half)
    }
}

/// Returns the variance between effects at which the weighted squared deviations from the mean are as great as
/// expected, or 0 when they are smaller even without any.
fn between(estimates: &[Estimate]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
    let expected = estimates.len() as f64 - 1.0;
    let excess = |variance: f64| {
        let (mean, _) = weighted_mean(estimates, variance);
        let squares = estimates.iter().map(|own| (own.effect - mean).powi(2) / (own.variance + variance));
        squares.sum::<f64>() - expected
    };
    if excess(0.0) <= 0.0 {
        return 0.0;
    }
    let effects = || estimates.iter().map(|own| own.effect);
    let range = effects().fold(f64::MIN, f64::max) - effects().fold(f64::MAX, f64::min);
    // With a variance of the squared range, every term is at most 1, and their sum is below the expectation of
    // two estimates or more.
    let (mut low, mut high) = (0.0, range.powi(2));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        *(if excess(middle) > 0.0 { &mut low } else { &mut high }) = middle;
    }
    high
}

/// Returns the mean, weighted by the inverse of each variance, and the sum of weights.
fn weighted_mean(estimates: &[Estimate], between: f64) -> (f64, f64) {
    let weight = |own: &Estimate| 1.0 / (own.variance + between);
    let sum: f64 = estimates.iter().map(weight).sum();
    (estimates.iter().map(|own| weight(own) * own.effect).sum::<f64>() / sum, sum)
}

#[cfg(test)]
mod tests;
