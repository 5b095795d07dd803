//! The reading of an adaptive test at its end: differences within batches, combined over batches.

use statrs::distribution::{ContinuousCDF, Normal};

use super::{Batch, Pair, count};

/// The difference over all batches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratified {
    /// Treatment minus control, with batches weighted by their precision.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// The statistic. It is standard normal when the arms do not differ.
    pub z: f64,
    /// Two-sided p-value of no difference.
    pub p_value: f64,
    /// The number of batches with information.
    pub used: usize,
    /// The number of batches with an empty arm, or whose units all have the same number. They have no
    /// information about the difference.
    pub left_out: usize,
}

/// Returns the batch-stratified least-squares estimate of `treatment − control` at level `alpha`, for one
/// analysis at the end of the test. Returns None while no batch has information.
///
/// Each batch gives its own statistic, and all batches have equal weight. The variance of a batch is that of
/// all units of the two arms, times n / (n − 1). Given the outcomes and the sizes of the arms, this is
/// exactly the variance over assignments when the arms do not differ, in batches of any size.
///
/// Source: Zhang, Janson and Murphy 2020, "Inference for batched bandits" (equation 4 and theorem 3), with
/// this variance in place of the residual one.
#[must_use]
pub fn bols(batches: &[Batch], control: usize, treatment: usize, alpha: f64) -> Option<Stratified> {
    let own: Vec<_> = batches.iter().filter_map(|b| difference(b.pair(control, treatment)?)).collect();
    if own.is_empty() {
        return None;
    }
    let unit = Normal::new(0.0, 1.0).ok()?;
    #[expect(clippy::cast_precision_loss, reason = "a number of batches")]
    let root = (own.len() as f64).sqrt();
    let precision: f64 = own.iter().map(|(_, error)| 1.0 / error).sum();
    let z = own.iter().map(|(difference, error)| difference / error).sum::<f64>() / root;
    let (estimate, standard_error) = (z * root / precision, root / precision);
    let half = unit.inverse_cdf(1.0 - alpha / 2.0) * standard_error;
    Some(Stratified {
        estimate,
        standard_error,
        low: estimate - half,
        high: estimate + half,
        z,
        p_value: (2.0 * unit.sf(z.abs())).min(1.0),
        used: own.len(),
        left_out: batches.len() - own.len(),
    })
}

/// Returns the difference of a batch and its standard error, or None when it has no information.
fn difference(pair: Pair<'_>) -> Option<(f64, f64)> {
    let (a, b) = (count(pair.control), count(pair.treatment));
    let mut all = *pair.control;
    all.merge(pair.treatment);
    let variance = all.variance().filter(|variance| *variance > 0.0)?;
    let enough = a > 0.0 && b > 0.0;
    enough.then(|| (pair.treatment.mean() - pair.control.mean(), (variance * (1.0 / a + 1.0 / b)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::testing::batch;

    #[test]
    fn the_variance_of_a_batch_is_the_variance_over_all_assignments() {
        // 6 units of which 2 converted, 2 of the 6 in treatment: 1, 8 and 6 ways to get 2, 1 and 0.
        let ways = [(2, 1.0), (1, 8.0), (0, 6.0)];
        let of =
            |converted: u32| bols(&[batch(5_000, (4, 2 - converted), (2, converted))], 0, 1, 0.05).unwrap().z;
        let mean: f64 = ways.iter().map(|(converted, share)| share / 15.0 * of(*converted)).sum();
        let square: f64 = ways.iter().map(|(converted, share)| share / 15.0 * of(*converted).powi(2)).sum();
        assert!(mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-12, "{mean} {square}");
    }

    #[test]
    fn all_batches_have_equal_weight() {
        let (first, second) = (batch(5_000, (10, 2), (10, 5)), batch(9_000, (2, 1), (18, 6)));
        let one = |b: &Batch| bols(std::slice::from_ref(b), 0, 1, 0.05).unwrap().z;
        let both = bols(&[first.clone(), second.clone()], 0, 1, 0.05).unwrap();
        assert!((both.z - (one(&first) + one(&second)) / 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((both.estimate / both.standard_error - both.z).abs() < 1e-12);
        assert!((both.p_value < 0.05) == (both.low > 0.0 || both.high < 0.0));
    }

    #[test]
    fn batches_without_information_are_left_out_and_counted() {
        let silent =
            [batch(5_000, (10, 0), (10, 0)), batch(1_000, (20, 3), (0, 0)), batch(0, (9, 3), (0, 0))];
        assert_eq!(bols(&silent, 0, 1, 0.05), None);
        let telling = batch(5_000, (10, 2), (10, 5));
        let alone = bols(std::slice::from_ref(&telling), 0, 1, 0.05).unwrap();
        let found = bols(&[silent.to_vec(), vec![telling]].concat(), 0, 1, 0.05).unwrap();
        assert_eq!(found, Stratified { left_out: 3, ..alone });
    }

    #[test]
    fn a_drift_that_follows_the_weights_is_not_a_difference() {
        // Pooled, control converts 14 of 100 and treatment 46 of 100. Within each batch, they are equal.
        let drift = [batch(1_000, (90, 9), (10, 1)), batch(9_000, (10, 5), (90, 45))];
        let found = bols(&drift, 0, 1, 0.05).unwrap();
        assert!(found.z.abs() < 1e-9 && found.p_value > 0.999, "{found:?}");
    }
}
