//! Statistics of one history: how far apart its arms are, in standard errors.
//!
//! Each arm has its own variance. A pooled variance would make the two tails of unequal arms unequal.
//!
//! Source: Welch 1938; Cochran 1977, section 2.11, for the variance of a ratio; Janssen 1997 on studentizing.

use super::MIN_UNITS;
use super::sums::Arms;

/// A variance below this share of the squared numbers it comes from is rounding.
const NOTHING: f64 = 1e-12;

/// A statistic in millionths. Statistics that differ by less are ties: they may differ by rounding alone.
pub type Rank = i64;

/// Returns the rank of a statistic. Infinite statistics rank beyond all finite ones.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the conversion saturates")]
pub fn rank(statistic: f64) -> Rank {
    (statistic * 1e6).round() as i64
}

/// Returns whether a history may be stopped: each of its arms has at least [`MIN_UNITS`] units.
#[must_use]
pub fn is_eligible<const K: usize>([control, treatment]: &Arms<K>) -> bool {
    control[0].min(treatment[0]) >= MIN_UNITS - 0.5
}

/// Returns T of the difference of means, from the sums of 1, u and u² of each arm. Center and scale u over all
/// units, so that no digit of the variances is lost.
#[must_use]
pub fn means([control, treatment]: &Arms<3>) -> f64 {
    let [a, b] = [control, treatment].map(|&[n, sum, squares]| {
        let mean = sum / n;
        (mean, (squares - sum * mean).max(0.0) / (n - 1.0) / n)
    });
    let variance = a.1 + b.1;
    let least = NOTHING * (control[2] + treatment[2]) / (control[0] + treatment[0]).powi(2);
    studentized(b.0 - a.0, variance, least, NOTHING.sqrt() * (a.0.abs() + b.0.abs()))
}

/// Returns T of the logarithm of the ratio of means of numbers x ≥ 0, from the sums of 1, x and x² of each arm.
/// An arm whose mean is 0 is infinitely far below the other.
#[must_use]
pub fn log_means(arms: &Arms<3>) -> f64 {
    log_means_weighted(arms, 1.0)
}

/// Returns the same with this weight of the variance of control's logarithm.
pub(super) fn log_means_weighted([control, treatment]: &Arms<3>, weight: f64) -> f64 {
    let [a, b] = [control, treatment].map(|&[n, sum, squares]| {
        let relative = ((n * squares / (sum * sum)) - 1.0).max(0.0) / (n - 1.0);
        (sum / n, relative)
    });
    log_ratio((a.0, weight * a.1), b)
}

/// Returns T of the difference of ratios Σx/Σy, from the sums of 1, x, y, x², xy and y² of each arm, by the delta
/// method over units. An arm without denominators ranks like an equal one.
#[must_use]
pub fn ratios([control, treatment]: &Arms<6>) -> f64 {
    if control[2] <= 0.0 || treatment[2] <= 0.0 {
        return 0.0;
    }
    let [a, b] = [control, treatment].map(|&[n, x, y, xx, xy, yy]| {
        let ratio = x / y;
        let left = (xx - 2.0 * ratio * xy + ratio * ratio * yy).max(0.0);
        (ratio, left * n / (n - 1.0) / (y * y), NOTHING * xx * n / (n - 1.0) / (y * y))
    });
    studentized(b.0 - a.0, a.1 + b.1, a.2 + b.2, NOTHING.sqrt() * (a.0.abs() + b.0.abs()))
}

/// Returns T of the logarithm of the ratio of two ratios Σx/Σy, from the sums of 1, x, y, x², xy and y² of each
/// arm, by the delta method over units. An arm whose ratio is 0 is infinitely far below the other.
#[must_use]
pub fn log_ratios(arms: &Arms<6>) -> f64 {
    log_ratios_weighted(arms, 1.0)
}

/// Returns the same with this weight of the variance of control's logarithm.
pub(super) fn log_ratios_weighted([control, treatment]: &Arms<6>, weight: f64) -> f64 {
    let [a, b] = [control, treatment].map(|&[n, x, y, xx, xy, yy]| {
        let (square, cross) = (xx / (x * x) + yy / (y * y), xy / (x * y));
        let left = square - 2.0 * cross;
        let relative = if left <= NOTHING * square { 0.0 } else { left * n / (n - 1.0) };
        (if y > 0.0 { x / y } else { 0.0 }, relative)
    });
    log_ratio((a.0, weight * a.1), b)
}

/// Compares two estimates above 0, each with the variance of its logarithm.
fn log_ratio((a, a_variance): (f64, f64), (b, b_variance): (f64, f64)) -> f64 {
    match (a > 0.0, b > 0.0) {
        (true, true) => studentized((b / a).ln(), a_variance + b_variance, NOTHING, NOTHING.sqrt()),
        (true, false) => f64::NEG_INFINITY,
        (false, true) => f64::INFINITY,
        (false, false) => 0.0,
    }
}

/// Divides a difference by its standard error. Without variance, the result is infinite, or 0 when the
/// difference is rounding.
pub(super) fn studentized(difference: f64, variance: f64, least: f64, same: f64) -> f64 {
    if variance > least {
        difference / variance.sqrt()
    } else if difference.abs() > same {
        difference.signum() * f64::INFINITY
    } else {
        0.0
    }
}

#[cfg(test)]
#[path = "statistic/tests.rs"]
mod tests;
