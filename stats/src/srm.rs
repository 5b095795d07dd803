//! The sample-ratio check: did units fall into the arms as the weights say?

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::families::holm;

/// Below this p-value the counts do not fit the weights and no verdict is given.
pub const THRESHOLD: f64 = 0.001;

/// Fewer expected units than this in an arm, and chi-square says nothing.
const LEAST_EXPECTED: f64 = 5.0;

/// A stratum in which some arm expects fewer units than this is put together with others: far out, at
/// p = 0.001, chi-square is too eager for it.
const LEAST_ALONE: f64 = 10.0;

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
/// Strata in which some arm expects fewer than 10 units are put together: their counts and expectations
/// are summed by arm and make one part more. An adaptive test has many small strata. Their sum varies
/// less than one stratum of all their units would, so this part errs on the quiet side.
///
/// None while some arm expects fewer than 5 units in every part.
///
/// Source: Pearson 1900; for experiments, Fabijan et al. 2019.
#[must_use]
pub fn p_value(strata: &[Stratum<'_>]) -> Option<f64> {
    let arms = strata.iter().map(|stratum| stratum.weights.len()).max()?;
    let mut small = vec![(0.0, 0.0); arms];
    let (mut statistic, mut freedom) = (0.0, 0.0);
    for stratum in strata {
        let stray = |(weight, units): (&u32, &u64)| *weight == 0 && *units > 0;
        if stratum.weights.iter().zip(stratum.units).any(stray) {
            return Some(0.0);
        }
        let cells = cells(stratum);
        if let Some((own, arms)) = chi_square(&cells, LEAST_ALONE) {
            statistic += own;
            freedom += arms - 1.0;
        } else {
            small.iter_mut().zip(&cells).for_each(|(sum, cell)| *sum = (sum.0 + cell.0, sum.1 + cell.1));
        }
    }
    if let Some((own, arms)) = chi_square(&small, LEAST_EXPECTED) {
        statistic += own;
        freedom += arms - 1.0;
    }
    ChiSquared::new(freedom).ok().map(|distribution| distribution.sf(statistic))
}

/// The p-values of the values of one or more segment attributes, each with its own strata, corrected
/// for their number by Holm's method: compare each with [`THRESHOLD`] as it stands. None where a value
/// has too few units; such values do not count as looked at.
#[must_use]
pub fn by_segment(segments: &[Vec<Stratum<'_>>]) -> Vec<Option<f64>> {
    let mut own: Vec<_> = segments.iter().map(|strata| p_value(strata)).collect();
    let looked_at: Vec<_> = own.iter().flatten().map(|p_value| Some(*p_value)).collect();
    for (p_value, corrected) in own.iter_mut().flatten().zip(holm(&looked_at)) {
        *p_value = corrected.unwrap_or(*p_value);
    }
    own
}

/// The expected and the counted units of each arm.
fn cells(stratum: &Stratum<'_>) -> Vec<(f64, f64)> {
    let total = count(stratum.units.iter().sum());
    let cell = |(weight, units): (&u32, &u64)| (total * f64::from(*weight) / 10_000.0, count(*units));
    stratum.weights.iter().zip(stratum.units).map(cell).collect()
}

/// The statistic and the number of arms that expect units, when each of them expects at least `least`.
fn chi_square(cells: &[(f64, f64)], least: f64) -> Option<(f64, f64)> {
    let (mut statistic, mut arms) = (0.0, 0.0);
    for &(expected, units) in cells.iter().filter(|(expected, _)| *expected > 0.0) {
        if expected < least {
            return None;
        }
        statistic += (units - expected).powi(2) / expected;
        arms += 1.0;
    }
    (arms > 1.0).then_some((statistic, arms))
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
        assert_eq!(p(&[]), None);
    }

    #[test]
    fn small_strata_are_checked_together() {
        let fitting = vec![(&[1_000_u32, 9_000][..], &[2_u64, 18][..]); 24];
        assert!(p(&fitting).unwrap() > 0.99);
        // Control lost its 2 units of each 20: of 48 expected, none came.
        let lost = vec![(&[1_000_u32, 9_000][..], &[0_u64, 20][..]); 24];
        assert!(p(&lost).unwrap() < THRESHOLD);
        // 2 strata expect 4 units in control, 3 expect 6.
        let few = vec![(&[1_000_u32, 9_000][..], &[0_u64, 20][..]); 3];
        assert_eq!((p(&few[..2]), p(&few).is_some()), (None, true));
    }

    #[test]
    fn the_small_strata_make_one_part_beside_the_large() {
        let large = (&[5_000_u32, 5_000][..], &[60_u64, 40][..]);
        let small = (&[1_000_u32, 9_000][..], &[5_u64, 25][..]);
        let found = p(&[large, small, small]).unwrap();
        // 4 of the large one, 16/6 + 16/54 of the small ones; 2 degrees of freedom.
        let wanted = (-(4.0 + 16.0 / 6.0 + 16.0 / 54.0) / 2.0_f64).exp();
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }

    #[test]
    fn segments_are_corrected_for_their_number() {
        let of = |units| vec![Stratum { weights: vec![5_000, 5_000], units }];
        let found = by_segment(&[of(&[60, 40]), of(&[50, 50]), of(&[3, 1])]);
        let alone = p_value(&of(&[60, 40])).unwrap();
        assert_eq!(found[2], None);
        assert!((found[0].unwrap() - 2.0 * alone).abs() < 1e-12 && found[1].unwrap() > 0.99);
    }
}
