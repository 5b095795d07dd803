//! Differences by segment, corrected for how many segments were looked at.
//!
//! With twenty segments one of them shows a "significant" difference by chance alone. So each segment's
//! p-value and interval are corrected for the number of segments, and one test asks the question that
//! usually matters: does the difference depend on the segment at all?

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::families::holm;
use crate::moments::Moments;
use crate::welch::{Difference, welch};

/// Fewest units in either arm of a segment whose difference is tested.
pub const LEAST_UNITS: u64 = 10;

/// The differences of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmented {
    /// One a segment, in their order: Welch's difference with its interval at level alpha / looked at
    /// (all of them hold together), its p-value corrected by Holm's method. None where an arm has fewer
    /// than [`LEAST_UNITS`] units or nothing varies.
    pub differences: Vec<Option<Difference>>,
    /// How many were looked at.
    pub looked_at: u32,
    /// The p-value of "the difference is the same in all segments"; None with fewer than two.
    pub same: Option<f64>,
}

/// Compares control (the first of each pair) with treatment in each segment. Hand over the values of all
/// attributes for the correction; `same` means something for the values of one attribute.
#[must_use]
pub fn compare(segments: &[(Moments, Moments)], alpha: f64) -> Segmented {
    let enough = |arm: &Moments| arm.units() >= LEAST_UNITS;
    let tested = |(a, b): &&(Moments, Moments)| enough(a) && enough(b) && welch(a, b, alpha).is_some();
    let looked_at = u32::try_from(segments.iter().filter(tested).count()).unwrap_or(u32::MAX);
    let level = alpha / f64::from(looked_at.max(1));
    let of = |pair: &(Moments, Moments)| tested(&pair).then(|| welch(&pair.0, &pair.1, level)).flatten();
    let mut differences: Vec<Option<Difference>> = segments.iter().map(of).collect();
    let same = heterogeneity(&differences.iter().flatten().copied().collect::<Vec<_>>());
    let own: Vec<_> = differences.iter().flatten().map(|found| Some(found.p_value)).collect();
    for (found, p_value) in differences.iter_mut().flatten().zip(holm(&own)) {
        found.p_value = p_value.unwrap_or(found.p_value);
    }
    Segmented { differences, looked_at, same }
}

/// The p-value of "all differences are the same", weighting each by its precision.
///
/// Source: Welch 1951, "On the comparison of several mean values", applied to differences. Cochran's Q
/// would take estimated variances for known ones, which errs in segments of a dozen units.
fn heterogeneity(differences: &[Difference]) -> Option<f64> {
    let k = f64::from(u32::try_from(differences.len()).ok()?);
    if k < 2.0 {
        return None;
    }
    let weight = |d: &Difference| d.standard_error.powi(-2);
    let all: f64 = differences.iter().map(weight).sum();
    let mean = differences.iter().map(|d| weight(d) * d.estimate).sum::<f64>() / all;
    let q: f64 = differences.iter().map(|d| weight(d) * (d.estimate - mean).powi(2)).sum();
    let doubt: f64 = differences.iter().map(|d| (1.0 - weight(d) / all).powi(2) / d.freedom).sum();
    let statistic = q / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) / (k * k - 1.0) * doubt);
    let distribution = FisherSnedecor::new(k - 1.0, (k * k - 1.0) / (3.0 * doubt)).ok()?;
    Some(distribution.sf(statistic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(units: u32, add: f64) -> Moments {
        let mut moments = Moments::default();
        (0..units).for_each(|unit| moments.add(f64::from(unit * 7 % 11) + add));
        moments
    }

    #[test]
    fn segments_with_too_few_units_are_not_looked_at() {
        let found = compare(&[(arm(30, 0.0), arm(30, 1.0)), (arm(9, 0.0), arm(30, 1.0))], 0.05);
        assert_eq!((found.looked_at, found.differences[1], found.same), (1, None, None));
        let alone = welch(&arm(30, 0.0), &arm(30, 1.0), 0.05);
        assert_eq!(found.differences[0], alone);
    }

    #[test]
    fn more_segments_make_each_interval_longer_and_each_p_value_greater() {
        let pair = (arm(30, 0.0), arm(30, 1.5));
        let (one, four) = (compare(&[pair], 0.05), compare(&[pair; 4], 0.05));
        let (a, b) = (one.differences[0].unwrap(), four.differences[3].unwrap());
        assert!(b.low < a.low && b.high > a.high);
        assert!((b.p_value - 4.0 * a.p_value).abs() < 1e-12);
        assert!(four.same.unwrap() > 0.999);
    }

    #[test]
    fn two_segments_differ_as_welchs_test_of_their_differences_says() {
        let segments = [(arm(30, 0.0), arm(20, 3.0)), (arm(25, 1.0), arm(40, 1.5))];
        let found = compare(&segments, 0.05).same.unwrap();
        let of = |pair: &(Moments, Moments)| welch(&pair.0, &pair.1, 0.05).unwrap();
        let (a, b) = (of(&segments[0]), of(&segments[1]));
        let (va, vb) = (a.standard_error.powi(2), b.standard_error.powi(2));
        let freedom = (va + vb).powi(2) / (va * va / a.freedom + vb * vb / b.freedom);
        let t = (a.estimate - b.estimate).abs() / (va + vb).sqrt();
        let student = statrs::distribution::StudentsT::new(0.0, 1.0, freedom).unwrap();
        assert!((found - 2.0 * student.sf(t)).abs() < 1e-9, "{found}");
    }
}
