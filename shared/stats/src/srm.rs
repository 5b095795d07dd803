//! The sample-ratio check: do the numbers of units in the arms match the weights? [`e_value()`] and
//! [`sequential()`] are valid after every unit, [`p_value`] once.

#[cfg(test)]
mod tests;

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::gamma::ln_gamma;

use crate::families::holm;

/// Below this p-value, the counts do not match the weights and no verdict is given. For [`e_value()`], this is
/// above 1,000.
pub const THRESHOLD: f64 = 0.001;

/// The greatest e-value, so that it stays a finite number. It also represents a unit in an arm without weight.
pub const MAX_E: f64 = 1e300;

/// With fewer expected units than this in an arm, chi-square is not used.
pub(crate) const MIN_EXPECTED: f64 = 5.0;

/// A stratum in which an arm expects fewer units than this is combined with others: at p = 0.001, chi-square
/// rejects too often for it.
pub(crate) const MIN_ALONE: f64 = 10.0;

/// The concentration of the Dirichlet prior, in units: each arm has this times its share by weight.
const CONCENTRATION: f64 = 20.0;

/// The alternatives for the share of one arm, as logarithms of multiples of its weight, in both directions.
const TILTS: [f64; 10] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];

/// The units that were assigned under one set of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum<'a> {
    /// The weights in basis points, one per arm. They sum to 10,000.
    pub weights: Vec<u32>,
    /// The counted units, one entry per arm.
    pub units: &'a [u64],
}

/// Returns the chi-square p-value of all strata together: their statistics and degrees of freedom are summed.
/// Arms without weight are ignored, except that a unit in one proves the counts wrong (p = 0).
///
/// Strata in which an arm expects fewer than 10 units are combined: their counts and expectations are summed
/// by arm and give one more part. An adaptive test has many small strata. Their sum varies less than one
/// stratum of all their units would, so this part is conservative.
///
/// Returns None while an arm expects fewer than 5 units in every part.
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
        if let Some((own, arms)) = chi_square(&cells, MIN_ALONE) {
            statistic += own;
            freedom += arms - 1.0;
        } else {
            small.iter_mut().zip(&cells).for_each(|(sum, cell)| *sum = (sum.0 + cell.0, sum.1 + cell.1));
        }
    }
    if let Some((own, arms)) = chi_square(&small, MIN_EXPECTED) {
        statistic += own;
        freedom += arms - 1.0;
    }
    ChiSquared::new(freedom).ok().map(|distribution| distribution.sf(statistic))
}

/// Returns the e-value of the counts, at most [`MAX_E`]: while units are assigned according to the weights, the
/// probability that it ever exceeds 1,000 is at most 0.001 (Ville 1939). The order of the units has no effect.
/// A unit in an arm without weight gives [`MAX_E`]. Returns None without units.
///
/// It is the mean of two e-processes. The first gives each stratum its own shares, with a Dirichlet prior
/// around the weights, and multiplies the strata (Lindon and Malek 2022, "Anytime-valid inference for
/// multinomial count data"). The second treats all strata together: one arm, which can be any of them, gets
/// units at a multiple of its weight, the same in each stratum. It finds units lost from one arm over many
/// small strata, in each of which the first begins again.
#[must_use]
pub fn e_value(strata: &[Stratum<'_>]) -> Option<f64> {
    let stray = |(weight, units): (&u32, &u64)| *weight == 0 && *units > 0;
    if strata.iter().any(|stratum| stratum.weights.iter().zip(stratum.units).any(stray)) {
        return Some(MAX_E);
    }
    if strata.iter().all(|stratum| stratum.units.iter().all(|units| *units == 0)) {
        return None;
    }
    let e_process = [strata.iter().map(dirichlet).sum(), tilted(strata)];
    Some(log_mean(&e_process).exp().min(MAX_E))
}

/// Returns the sequential p-value: 1 divided by [`e_value()`], at most 1, and 0 from [`MAX_E`] on. Returns None
/// without units.
#[must_use]
pub fn sequential(strata: &[Stratum<'_>]) -> Option<f64> {
    e_value(strata).map(|e_value| if e_value < MAX_E { e_value.recip().min(1.0) } else { 0.0 })
}

/// Returns the e-value of a sequential p-value, at most [`MAX_E`]. It is the greatest e-value of all interim
/// looks when the p-value is the lowest, because an e-process begins with 1.
#[must_use]
pub fn evidence(p_value: f64) -> f64 {
    p_value.recip().min(MAX_E)
}

/// Returns the logarithm of a stratum's e-value for shares around its weights.
fn dirichlet(stratum: &Stratum<'_>) -> f64 {
    let arm = |(weight, units): (&u32, &u64)| {
        let (share, units) = (f64::from(*weight) / 10_000.0, count(*units));
        let prior = CONCENTRATION * share;
        if share > 0.0 { ln_gamma(prior + units) - ln_gamma(prior) - units * share.ln() } else { 0.0 }
    };
    let all = count(stratum.units.iter().sum());
    ln_gamma(CONCENTRATION) - ln_gamma(CONCENTRATION + all)
        + stratum.weights.iter().zip(stratum.units).map(arm).sum::<f64>()
}

/// Returns the logarithm of the e-value of all strata for one arm with more or fewer units than its weight.
fn tilted(strata: &[Stratum<'_>]) -> f64 {
    let arms = strata.iter().map(|stratum| stratum.weights.len()).max().unwrap_or(0);
    let bet = |arm: usize, tilt: f64| -> f64 {
        let won = |stratum: &Stratum<'_>| {
            let share = stratum.weights.get(arm).map_or(0.0, |weight| f64::from(*weight) / 10_000.0);
            let own = stratum.units.get(arm).map_or(0.0, |units| count(*units));
            own * tilt - count(stratum.units.iter().sum()) * (share * tilt.exp_m1()).ln_1p()
        };
        strata.iter().map(won).sum()
    };
    let tilts = || TILTS.iter().flat_map(|tilt| [*tilt, -tilt]);
    let e_process: Vec<f64> =
        (0..arms).flat_map(|arm| tilts().map(move |tilt| (arm, tilt))).map(|(a, t)| bet(a, t)).collect();
    log_mean(&e_process)
}

/// Returns the logarithm of the mean of numbers that are given by their logarithms.
fn log_mean(logarithms: &[f64]) -> f64 {
    let most = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logarithms.iter().map(|own| (own - most).exp()).sum();
    most + (sum / count(logarithms.len() as u64)).ln()
}

/// Returns the p-values of the values of one or more segment attributes, each with its own strata, corrected
/// for their number by Holm's method. Compare each with [`THRESHOLD`]. They are valid as those of
/// [`sequential()`]. An entry is None when a value has no units.
#[must_use]
pub fn by_segment(segments: &[Vec<Stratum<'_>>]) -> Vec<Option<f64>> {
    let mut own: Vec<_> = segments.iter().map(|strata| sequential(strata)).collect();
    let looked_at: Vec<_> = own.iter().flatten().map(|p_value| Some(*p_value)).collect();
    for (p_value, corrected) in own.iter_mut().flatten().zip(holm(&looked_at)) {
        *p_value = corrected.unwrap_or(*p_value);
    }
    own
}

/// Returns the expected and the counted units of each arm.
fn cells(stratum: &Stratum<'_>) -> Vec<(f64, f64)> {
    let total = count(stratum.units.iter().sum());
    let cell = |(weight, units): (&u32, &u64)| (total * f64::from(*weight) / 10_000.0, count(*units));
    stratum.weights.iter().zip(stratum.units).map(cell).collect()
}

/// Returns the statistic and the number of arms that expect units, when each of them expects at least
/// `least`.
pub(crate) fn chi_square(cells: &[(f64, f64)], least: f64) -> Option<(f64, f64)> {
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
pub(crate) fn count(units: u64) -> f64 {
    units as f64
}
