//! The studentized permutation test over units: if the same units were randomized again into arms of the same
//! sizes, how often would the arms be at least as far apart?
//!
//! The difference of each permutation is divided by its own standard error, so for large arms the test is
//! also valid when both have the same mean and different spreads. The result is the mid-p: permutations that
//! are exactly as far apart as the observed assignment count half. Without this rule, a test on few distinct
//! values hardly ever rejects.
//!
//! For arms of the same size, the statistic has the same distribution in both directions, and a permutation
//! counts by its absolute value. For others, it has not: the p-value is then twice that of the smaller tail.
//! By the absolute value, what chance can do in one direction would hide a difference in the other.
//!
//! Source: Janssen 1997 and Chung and Romano 2013 on studentizing; Lancaster 1961 and Hwang and Yang 2001 on
//! the mid-p; Cox and Hinkley 1974, chapter 3, on twice the smaller tail; Phipson and Smyth 2010 on including the observed assignment among the drawn ones.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use self::pool::Pool;
pub use self::rates::rates;
use crate::moments::Moments;

mod pool;
mod rates;
mod tails;

/// If there are no more permutations than this, all are evaluated.
pub const MAX_PERMUTATIONS: f64 = 200_000.0;

/// The number of permutations drawn otherwise.
pub const DRAWS: u32 = 10_000;

/// With more units than this in the smaller arm, means are not tested: the test would take longer than 0.3 s,
/// and the formulas are valid there.
pub const MAX_UNITS: usize = 2_000;

/// The same limit for ratios. Their formula is not valid at any size when a few units are far larger than the
/// rest, so fewer permutations are drawn for more units: see [`draws`].
pub const MAX_RATIO_UNITS: usize = 10_000;

/// Returns how many permutations of ratios are drawn for a smaller arm of this size: [`DRAWS`] up to
/// [`MAX_UNITS`], and beyond it the number that takes the same time.
#[must_use]
pub fn draws(smaller: usize) -> u32 {
    let most = MAX_UNITS * DRAWS as usize / smaller.max(MAX_UNITS);
    u32::try_from(most).unwrap_or(DRAWS)
}

/// Computing the statistic of one permutation takes as long as randomizing this many units.
const STATISTIC: u64 = 5;

/// Returns the cost of a test of arms of these sizes, in randomized units. Up to [`MAX_PERMUTATIONS`], all
/// permutations are evaluated, otherwise `draws` are drawn.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 200,000")]
pub fn cost(control: usize, treatment: usize, draws: u32) -> u64 {
    let (smaller, ways) = (control.min(treatment), pool::ways(control + treatment, control.min(treatment)));
    if ways <= MAX_PERMUTATIONS {
        return ways as u64 * STATISTIC;
    }
    u64::from(draws) * (u64::try_from(smaller).unwrap_or(u64::MAX).saturating_add(STATISTIC))
}

/// How permutations are drawn when there are too many to evaluate all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// The seed of the draws. The same seed gives the same p-value.
    pub seed: [u8; 32],
    /// The number of draws, usually [`DRAWS`].
    pub draws: u32,
}

/// The outcome of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Two-sided mid-p of no difference.
    pub p_value: f64,
    /// The number of evaluated permutations.
    pub permutations: u64,
    /// Whether all permutations were evaluated, rather than a random draw.
    pub all: bool,
}

/// Returns whether the decision uses this test's p-value instead of a formula's: always for ratios, and for
/// other goals when the smaller arm has fewer than 200 units or the larger has more than twice as many as the
/// smaller.
#[must_use]
pub fn called_for(ratio: bool, control: u64, treatment: u64) -> bool {
    let (small, large) = (control.min(treatment), control.max(treatment));
    ratio || small < 200 || large > 2 * small
}

/// Tests the difference of means of one number per unit. For a binary goal, [`rates()`] gives the same result
/// faster and without drawing.
///
/// Returns None with fewer than two units in an arm or more than [`MAX_UNITS`] in the smaller one, or when
/// all units are equal.
#[must_use]
pub fn means(control: &[f64], treatment: &[f64], drawing: &Drawing) -> Option<Tested> {
    let mut all = Moments::default();
    control.iter().chain(treatment).for_each(|&x| all.add(x));
    let scale = all.variance()?.sqrt();
    let row = |x: &f64| {
        let u = (x - all.mean()) / scale;
        [u, u * u]
    };
    let [control, treatment] = [control, treatment].map(|arm| arm.iter().map(row).collect());
    test(control, treatment, (scale, MAX_UNITS), square_of_mean, drawing)
}

/// Tests the difference of ratios Σx/Σy of units given as (x, y), with y never below 0. A permutation that
/// leaves an arm without denominator counts as farther apart than all others, in both directions.
///
/// Returns None as [`means`] does, or when an arm has no denominator, or when every unit has the same ratio.
#[must_use]
pub fn ratios(control: &[(f64, f64)], treatment: &[(f64, f64)], drawing: &Drawing) -> Option<Tested> {
    let (mut numerators, mut denominators) = (Moments::default(), Moments::default());
    for &(x, y) in control.iter().chain(treatment) {
        numerators.add(x);
        denominators.add(y);
    }
    let (ratio, base) = (numerators.total() / denominators.total(), denominators.mean());
    let mut left = Moments::default();
    control.iter().chain(treatment).for_each(|(x, y)| left.add(x - ratio * y));
    let scale = left.variance()?.sqrt();
    let row = |(x, y): &(f64, f64)| {
        let (u, v) = ((x - ratio * y) / scale, y / base);
        [u, v, u * u, u * v, v * v]
    };
    let without = |arm: &[(f64, f64)]| arm.iter().all(|(_, y)| *y <= 0.0);
    if without(control) || without(treatment) || scale <= 1e-12 * numerators.total().abs() {
        return None;
    }
    let [control, treatment] = [control, treatment].map(|arm| arm.iter().map(row).collect());
    test(control, treatment, (scale, MAX_RATIO_UNITS), square_of_ratio, drawing)
}

/// The estimate of one arm and its variance.
type Arm = (f64, f64);

fn test<const K: usize>(
    control: Vec<[f64; K]>,
    treatment: Vec<[f64; K]>,
    (scale, most): (f64, usize),
    arm: fn(&[f64; K], f64) -> Arm,
    drawing: &Drawing,
) -> Option<Tested> {
    let (small, large) =
        if control.len() <= treatment.len() { (control, treatment) } else { (treatment, control) };
    if small.len() < 2 || small.len() > most || scale.is_nan() || scale <= 0.0 {
        return None;
    }
    let mut pool = Pool::new(small, large, arm);
    Some(if pool.permutations() <= MAX_PERMUTATIONS {
        pool.visit_all()
    } else {
        pool.draw(&mut ChaCha8Rng::from_seed(drawing.seed), drawing.draws)
    })
}

/// Computes the mean and its variance from Σu and Σu².
fn square_of_mean(sums: &[f64; 2], n: f64) -> Arm {
    let mean = sums[0] / n;
    (mean, (sums[1] - sums[0] * mean) / (n - 1.0) / n)
}

/// Computes the ratio and its variance from Σu, Σv, Σu², Σuv and Σv², by the delta method.
fn square_of_ratio(sums: &[f64; 5], n: f64) -> Arm {
    let [u, v, uu, uv, vv] = *sums;
    if v <= 1e-12 {
        return (f64::INFINITY, 0.0);
    }
    let ratio = u / v;
    (ratio, (uu - 2.0 * ratio * uv + ratio * ratio * vv) * n / (n - 1.0) / (v * v))
}

#[cfg(test)]
#[path = "permutation/tests.rs"]
mod tests;
