//! Whether the same share of each arm's units belongs to a part of them, such as those that were shown their variant.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::srm::{MIN_ALONE, MIN_EXPECTED, chi_square, count};

/// The units that were assigned under one set of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stratum<'a> {
    /// The units of each arm.
    pub units: &'a [u64],
    /// The units of each arm among them that belong to the part.
    pub part: &'a [u64],
}

/// Returns the chi-square p-value of the hypothesis that within each stratum, the part has the same share of the units
/// of each arm. Statistics and degrees of freedom of the strata are summed, so shares may differ between strata.
///
/// Strata in which a cell expects fewer than 10 units are combined as in [`crate::srm::p_value`], which is conservative.
///
/// Returns None while fewer than two arms have units, the part contains none or all of them, or a cell of the combined
/// strata expects fewer than 5. The p-value is that of one look.
///
/// Source: Pearson 1900.
#[must_use]
pub fn p_value(strata: &[Stratum<'_>]) -> Option<f64> {
    let arms = strata.iter().map(|stratum| stratum.units.len()).max()?;
    let mut small = vec![(0.0, 0.0); 2 * arms];
    let (mut statistic, mut freedom) = (0.0, 0.0);
    for stratum in strata {
        let cells = cells(stratum);
        if let Some((own, cells)) = chi_square(&cells, MIN_ALONE) {
            statistic += own;
            freedom += cells / 2.0 - 1.0;
        } else {
            small.iter_mut().zip(&cells).for_each(|(sum, cell)| *sum = (sum.0 + cell.0, sum.1 + cell.1));
        }
    }
    if let Some((own, cells)) = chi_square(&small, MIN_EXPECTED) {
        statistic += own;
        freedom += cells / 2.0 - 1.0;
    }
    ChiSquared::new(freedom).ok().map(|distribution| distribution.sf(statistic))
}

/// Returns the expected and the counted units of each arm in the part, and outside of it. A stratum whose part contains
/// none or all of its units says nothing, and expects none.
fn cells(stratum: &Stratum<'_>) -> Vec<(f64, f64)> {
    let (all, part) = (stratum.units.iter().sum(), stratum.part.iter().sum());
    let says_nothing = part == 0 || part == all;
    let share = if says_nothing { 0.0 } else { count(part) / count(all) };
    let cell = |(&units, &part): (&u64, &u64)| {
        let expected = count(units) * share;
        let outside = (count(units) - expected, count(units.saturating_sub(part)));
        if says_nothing { [(0.0, 0.0); 2] } else { [(expected, count(part)), outside] }
    };
    stratum.units.iter().zip(stratum.part).flat_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(strata: &[([u64; 2], [u64; 2])]) -> Option<f64> {
        let strata: Vec<_> = strata.iter().map(|(units, part)| Stratum { units, part }).collect();
        p_value(&strata)
    }

    fn assert_is(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found / expected - 1.0).abs() < 1e-6), "{found:?} {expected}");
    }

    #[test]
    fn it_is_pearsons_test_of_a_contingency_table() {
        // scipy.stats.chi2_contingency([[300, 100], [240, 160]], correction=False)
        assert_is(p(&[([400, 400], [300, 240])]), 5.923_318e-6);
    }

    #[test]
    fn a_share_that_differs_between_strata_and_not_between_arms_is_no_difference() {
        let (old, new) = (([900, 100], [810, 90]), ([100, 900], [10, 90]));
        assert_is(p(&[old, new]), 1.0);
        assert!(p(&[([1_000, 1_000], [820, 180])]).unwrap() < 1e-9, "the sum of the strata shows one");
    }

    #[test]
    fn small_strata_are_combined() {
        let small = [([10, 10], [9, 3]); 20];
        let own = p(&small[..1]);
        assert_eq!(own, None);
        assert!(p(&small).unwrap() < 1e-6);
    }

    #[test]
    fn too_few_units_say_nothing() {
        for (units, part) in [
            ([400, 400], [0, 0]),
            ([400, 400], [400, 400]),
            ([400, 0], [300, 0]),
            ([8, 8], [4, 1]),
            ([0, 0], [0, 0]),
        ] {
            assert_eq!(p(&[(units, part)]), None, "{units:?} {part:?}");
        }
        assert_eq!(p(&[]), None);
    }
}
