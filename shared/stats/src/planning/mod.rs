//! How many units a test needs, the smallest difference that a given number of units finds, and the power by
//! each interim look.
//!
//! The units of a fixed horizon (one analysis at the end) come from the formulas of textbooks. A sequential
//! test needs them times a factor, which is that of normal outcomes ([`Course::factor`]). The weights determine
//! how many of the units each arm gets.
//!
//! Source: Cohen 1988, chapters 2 and 6, with Student's t in place of the normal (Guenther 1981); Donner and
//! Klar 2000, section 5.2, for clusters; Jennison and Turnbull 2000, chapters 7 and 19, for sequential tests.

mod aim;
pub mod boundary;
mod outcome;
mod schedule;
mod sequential;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

pub use aim::{Aim, Analysis, POWER};
pub use outcome::{Outcome, Visitor};
pub use schedule::Schedule;
pub use sequential::{Course, MAX_LOOKS, Reached};

use crate::welch::quantile;

/// The maximum number of units of a plan.
pub const MAX_UNITS: f64 = 1e9;

/// Degrees of freedom from which Student's t is computed as a normal with a small correction.
const MANY: f64 = 1e5;

/// The planned number of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// In all arms, including arms that are not compared.
    pub total: u64,
    /// One entry per arm, by weight.
    pub arms: Vec<u64>,
}

/// Returns the units with which a difference of `effect` (treatment minus control, in the unit of the goal)
/// is found with the power of `aim`. `weights` are those of the arms in basis points. Of all arms except
/// `control`, the one with the lowest weight determines the result.
///
/// Returns None when no number can be computed: no effect, a rate or a share outside its range, fewer than
/// two arms with weight, or more than [`MAX_UNITS`].
#[must_use]
pub fn units_needed(
    outcome: Outcome,
    effect: f64,
    weights: &[u32],
    control: usize,
    aim: Aim,
) -> Option<Units> {
    let shares = shares(weights, control)?;
    let factor = aim.factor()?;
    let enough = |total: f64| Some(smallest(total, outcome, effect, shares, aim)? <= effect.abs());
    if effect == 0.0 || !enough(MAX_UNITS)? {
        return None;
    }
    let (mut too_few, mut enough_units) = (0.0, MAX_UNITS);
    while enough_units - too_few > 1.0 {
        let middle = f64::midpoint(too_few, enough_units).floor();
        *(if enough(middle).unwrap_or(false) { &mut enough_units } else { &mut too_few }) = middle;
    }
    let sum: u32 = weights.iter().sum();
    let total = (enough_units * factor).ceil();
    let arm = |weight: &u32| whole((total * f64::from(*weight) / f64::from(sum)).ceil());
    let arms: Vec<u64> = weights.iter().map(arm).collect();
    Some(Units { total: arms.iter().sum(), arms })
}

/// Returns the smallest difference above 0 that `total` units find with the power of `aim`, in the unit of
/// the goal. For binary goals, treatment is assumed to convert more, or less with `below`.
///
/// Returns None when no possible difference is found: too few units, or a rate that would be outside 0 to 1.
#[must_use]
pub fn smallest_effect(
    outcome: Outcome,
    total: u64,
    weights: &[u32],
    control: usize,
    below: bool,
    aim: Aim,
) -> Option<f64> {
    let shares = shares(weights, control)?;
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    let total = total as f64 / aim.factor()?;
    let sign = if below { -1.0 } else { 1.0 };
    // The spread of a binary goal depends on the effect itself, so the result is a fixed point.
    let mut effect = 0.0;
    for _ in 0..200 {
        let next = smallest(total, outcome, sign * effect, shares, aim)?;
        if (next - effect).abs() <= 1e-12 * next {
            return Some(next);
        }
        effect = next;
    }
    None
}

/// Returns the smallest difference that `total` units find with one analysis, when the spread is that at a
/// difference of `effect`.
fn smallest(total: f64, outcome: Outcome, effect: f64, shares: (f64, f64), aim: Aim) -> Option<f64> {
    let (a, b) = (total * shares.0, total * shares.1);
    let spread = outcome.spread(effect, b / (a + b))?;
    let (sa, sb) = (spread.control / a, spread.treatment / b);
    let sound = aim.level > 0.0 && aim.level < aim.power && aim.power < 1.0;
    if !sound || a < 2.0 || b < 2.0 {
        return None;
    }
    let freedom = (sa + sb).powi(2) / (sa * sa / (a - 1.0) + sb * sb / (b - 1.0));
    let bound = student(freedom, 1.0 - aim.tail())?;
    // The tests of shares use the greater of the two variances: for equal arms that of one common rate, for
    // unequal arms that of separate rates.
    let error = (spread.pooled * (1.0 / a + 1.0 / b)).max(sa + sb).sqrt();
    Some(bound * error + student(freedom, aim.power)? * (sa + sb).sqrt())
}

/// Returns Student's quantile. With many degrees of freedom, where the library's search does not terminate,
/// it is the normal quantile and the first term of its expansion, exact to 1e-11 (Abramowitz and Stegun 1964,
/// 26.7.5).
fn student(freedom: f64, p: f64) -> Option<f64> {
    if freedom < MANY {
        return Some(quantile(&StudentsT::new(0.0, 1.0, freedom).ok()?, p));
    }
    let z = Normal::new(0.0, 1.0).ok()?.inverse_cdf(p);
    Some(z + (z.powi(3) + z) / (4.0 * freedom))
}

/// Returns the shares of all units in control and in the other arm with the lowest weight above 0.
fn shares(weights: &[u32], control: usize) -> Option<(f64, f64)> {
    let sum: u32 = weights.iter().sum();
    let others = weights.iter().enumerate().filter(|(arm, weight)| *arm != control && **weight > 0);
    let (own, other) = (*weights.get(control)?, *others.map(|(_, weight)| weight).min()?);
    (own > 0).then(|| (f64::from(own) / f64::from(sum), f64::from(other) / f64::from(sum)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a few 1e9, and whole")]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests;
