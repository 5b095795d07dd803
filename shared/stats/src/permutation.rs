//! The studentised permutation test over units: how often would chance alone, dealing the same units
//! into the same arms again, set them as far apart?
//!
//! Each deal's difference is divided by its own standard error, so the test also holds, for large arms,
//! when both have the same mean and different spreads. Reported is the mid-p: deals as far apart as the
//! real one count half, for otherwise a test on few distinct values hardly ever rejects.
//!
//! Source: Janssen 1997 and Chung and Romano 2013 on studentising; Lancaster 1961 and Hwang and Yang
//! 2001 on the mid-p; Phipson and Smyth 2010 on counting the real deal among the drawn ones.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use self::pool::Pool;
pub use self::rates::rates;
use crate::moments::Moments;

mod pool;
mod rates;

/// All permutations are visited when there are no more than this.
pub const MOST_PERMUTATIONS: f64 = 200_000.0;

/// How many are drawn else.
pub const DRAWS: u32 = 10_000;

/// With more units than this in the smaller arm there is no test of means: it would take longer than 0.3 s,
/// and the formulas hold there.
pub const MOST_UNITS: usize = 2_000;

/// The same of ratios. The formula does not hold for them where a few units are far larger than the rest,
/// however many there are, so fewer deals are drawn of more units: see [`draws`].
pub const MOST_RATIO_UNITS: usize = 10_000;

/// How many deals of ratios are drawn when the smaller arm has so many units: [`DRAWS`] up to
/// [`MOST_UNITS`], and beyond as many as take as long.
#[must_use]
pub fn draws(smaller: usize) -> u32 {
    let most = MOST_UNITS * DRAWS as usize / smaller.max(MOST_UNITS);
    u32::try_from(most).unwrap_or(DRAWS)
}

/// To compute the statistic of one deal takes as long as dealing so many units.
const STATISTIC: u64 = 5;

/// What a test of arms of these sizes takes, in units dealt: up to [`MOST_PERMUTATIONS`] all deals are visited, else
/// `draws` are drawn.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 200,000")]
pub fn cost(control: usize, treatment: usize, draws: u32) -> u64 {
    let (smaller, ways) = (control.min(treatment), pool::ways(control + treatment, control.min(treatment)));
    if ways <= MOST_PERMUTATIONS {
        return ways as u64 * STATISTIC;
    }
    u64::from(draws) * (u64::try_from(smaller).unwrap_or(u64::MAX).saturating_add(STATISTIC))
}

/// How permutations are drawn when there are too many to visit them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// What the draws follow from: the same seed gives the same p-value.
    pub seed: [u8; 32],
    /// How many, [`DRAWS`] as a rule.
    pub draws: u32,
}

/// The outcome of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    /// Two-sided mid-p of no difference.
    pub p_value: f64,
    /// The permutations looked at.
    pub permutations: u64,
    /// Whether these were all there are, and not a draw.
    pub all: bool,
}

/// When the p-value to decide by is this test's and not a formula's: always for ratios, else when the
/// smaller arm has under 200 units or the larger more than twice as many as the smaller.
#[must_use]
pub fn called_for(ratio: bool, control: u64, treatment: u64) -> bool {
    let (small, large) = (control.min(treatment), control.max(treatment));
    ratio || small < 200 || large > 2 * small
}

/// Tests the difference of means of one number a unit. For a binary goal [`rates()`] is the same, faster
/// and never drawn.
///
/// None with fewer than two units in an arm or more than [`MOST_UNITS`] in the smaller one, or when no
/// unit differs from another.
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
    test(control, treatment, (scale, MOST_UNITS), square_of_mean, drawing)
}

/// Tests the difference of ratios Σx/Σy of units given as (x, y), with y never below 0. A deal that
/// leaves an arm without denominator counts as farther apart than any other.
///
/// None as for [`means`], or when an arm has no denominator, or when every unit has the same ratio.
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
    test(control, treatment, (scale, MOST_RATIO_UNITS), square_of_ratio, drawing)
}

/// What one arm's sums say: the estimate and the variance of it.
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
    Some(if pool.permutations() <= MOST_PERMUTATIONS {
        pool.visit_all()
    } else {
        pool.draw(&mut ChaCha8Rng::from_seed(drawing.seed), drawing.draws)
    })
}

/// From Σu and Σu².
fn square_of_mean(sums: &[f64; 2], n: f64) -> Arm {
    let mean = sums[0] / n;
    (mean, (sums[1] - sums[0] * mean) / (n - 1.0) / n)
}

/// From Σu, Σv, Σu², Σuv and Σv², by the delta method.
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
