//! The sample-ratio check: did units fall into the arms as the weights say?

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Below this p-value the counts do not fit the weights and no verdict is given.
pub const THRESHOLD: f64 = 0.001;

/// Fewer expected units than this in an arm, and chi-square says nothing.
const LEAST_EXPECTED: f64 = 5.0;

/// The units that were assigned under one set of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum<'a> {
    /// The weights in basis points, one an arm; they sum to 10,000.
    pub weights: Vec<u32>,
    /// The units counted, one an arm.
    pub units: &'a [u64],
}

/// The chi-square p-value of all strata together: their statistics and degrees of freedom add up.
/// Arms without weight do not count, except that a unit in one proves the counts wrong (p = 0).
///
/// None while some arm of every stratum expects fewer than 5 units.
///
/// Source: Pearson 1900; for experiments, Fabijan et al. 2019.
#[must_use]
pub fn p_value(strata: &[Stratum<'_>]) -> Option<f64> {
    let (mut statistic, mut freedom) = (0.0, 0.0);
    for stratum in strata {
        let stray = |(weight, units): (&u32, &u64)| *weight == 0 && *units > 0;
        if stratum.weights.iter().zip(stratum.units).any(stray) {
            return Some(0.0);
        }
        if let Some((own, arms)) = chi_square(stratum) {
            statistic += own;
            freedom += arms - 1.0;
        }
    }
    ChiSquared::new(freedom).ok().map(|distribution| distribution.sf(statistic))
}

/// The statistic and the number of arms with weight, when each of them expects enough units.
fn chi_square(stratum: &Stratum<'_>) -> Option<(f64, f64)> {
    let total = count(stratum.units.iter().sum());
    let (mut statistic, mut arms) = (0.0, 0.0);
    for (weight, units) in stratum.weights.iter().zip(stratum.units) {
        if *weight == 0 {
            continue;
        }
        let expected = total * f64::from(*weight) / 10_000.0;
        if expected < LEAST_EXPECTED {
            return None;
        }
        statistic += (count(*units) - expected).powi(2) / expected;
        arms += 1.0;
    }
    Some((statistic, arms))
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
fn count(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(cases: &[(&[u32], &[u64])]) -> Option<f64> {
        let strata: Vec<_> =
            cases.iter().map(|(weights, units)| Stratum { weights: weights.to_vec(), units }).collect();
        p_value(&strata)
    }

    #[test]
    fn a_change_of_weights_is_no_alarm_when_each_part_fits_its_own() {
        let apart = p(&[(&[5_000, 5_000], &[500, 500]), (&[1_000, 9_000], &[100, 900])]);
        assert!(apart.unwrap() > 0.99);
        assert!(p(&[(&[5_000, 5_000], &[600, 1_400])]).unwrap() < THRESHOLD);
    }

    #[test]
    fn a_unit_in_an_arm_without_weight_is_an_alarm() {
        assert_eq!(p(&[(&[5_000, 5_000, 0], &[500, 500, 1])]), Some(0.0));
    }

    #[test]
    fn too_few_units_say_nothing() {
        assert_eq!(p(&[(&[5_000, 5_000], &[9, 0])]), None);
        assert!(p(&[(&[5_000, 5_000], &[10, 0])]).is_some());
    }
}
