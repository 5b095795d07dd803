//! How many units a test needs, and how small a difference a given number of units can show.
//!
//! Both for a planned stop (one look at the end) and for watching with the always-valid reading. The
//! arms' weights decide how the units fall to them.
//!
//! Source: Cohen 1988, chapters 2 and 6, with Student's t in place of the normal (Guenther 1981);
//! Donner and Klar 2000, section 5.2, for clusters.

mod outcome;
mod sequential;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

pub use outcome::{Outcome, Visitor};
pub use sequential::bound as sequential_bound;

use crate::welch::quantile;

/// The usual two-sided error rate.
pub const ALPHA: f64 = 0.05;

/// The usual probability of finding the difference planned for.
pub const POWER: f64 = 0.8;

/// Most units that a plan may come to.
pub const MOST_UNITS: f64 = 1e9;

/// By how much the bound at the planned units falls for who has looked all along: a difference that
/// misses it there has often met it before. Set by simulation, so that plans of 60 to 700 units come
/// within two points of their power for means and up to four above it for shares (`cargo run --release -p calibrate -- planning`).
const EARLIER: f64 = 0.2;

/// Degrees of freedom from which Student's t is a normal with a small correction.
const MANY: f64 = 1e5;

/// How a test will be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Analysis {
    /// Once, when the planned units are in.
    FixedHorizon,
    /// All the time, up to the planned units, with the always-valid reading tuned to them.
    Sequential,
}

/// Error rate, power and looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// Two-sided error rate, above 0 and below 1.
    pub alpha: f64,
    /// Probability of finding the difference, above `alpha` and below 1.
    pub power: f64,
    /// How the test will be looked at.
    pub analysis: Analysis,
}

impl Aim {
    /// The usual error rate and power.
    #[must_use]
    pub fn usual(analysis: Analysis) -> Self {
        Self { alpha: ALPHA, power: POWER, analysis }
    }
}

/// The units of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// In all arms, those that are not compared included.
    pub total: u64,
    /// One an arm, by weight.
    pub arms: Vec<u64>,
}

/// The units with which a difference of `effect` (treatment minus control, in the unit of the goal) is
/// found with the power aimed at. `weights` are the arms' in basis points; of all arms but `control` the
/// one with the least weight decides.
///
/// None when no number of units can be told: no effect, a rate or a share outside its range, fewer than
/// two arms with weight, or more than [`MOST_UNITS`].
#[must_use]
pub fn units_needed(
    outcome: Outcome,
    effect: f64,
    weights: &[u32],
    control: usize,
    aim: Aim,
) -> Option<Units> {
    let shares = shares(weights, control)?;
    let enough = |total: f64| Some(smallest(total, outcome, effect, shares, aim)? <= effect.abs());
    if effect == 0.0 || !enough(MOST_UNITS)? {
        return None;
    }
    let (mut too_few, mut enough_units) = (0.0, MOST_UNITS);
    while enough_units - too_few > 1.0 {
        let middle = f64::midpoint(too_few, enough_units).floor();
        *(if enough(middle).unwrap_or(false) { &mut enough_units } else { &mut too_few }) = middle;
    }
    let sum: u32 = weights.iter().sum();
    let arm = |weight: &u32| whole((enough_units * f64::from(*weight) / f64::from(sum)).ceil());
    let arms: Vec<u64> = weights.iter().map(arm).collect();
    Some(Units { total: arms.iter().sum(), arms })
}

/// The smallest difference above 0 that `total` units find with the power aimed at, in the unit of the
/// goal. For binary goals treatment is taken to convert more; with `below`, less.
///
/// None when there is none that could be: too few units, or a rate that would have to leave 0 to 1.
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
    let total = total as f64;
    let sign = if below { -1.0 } else { 1.0 };
    // The spread of a binary goal depends on the effect itself, so the answer is a fixed point.
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

/// The smallest difference that `total` units find when the spread is that at a difference of `effect`.
fn smallest(total: f64, outcome: Outcome, effect: f64, shares: (f64, f64), aim: Aim) -> Option<f64> {
    let (a, b) = (total * shares.0, total * shares.1);
    let spread = outcome.spread(effect, b / (a + b))?;
    let (sa, sb) = (spread.control / a, spread.treatment / b);
    let sound = aim.alpha > 0.0 && aim.alpha < aim.power && aim.power < 1.0;
    if !sound || a < 2.0 || b < 2.0 {
        return None;
    }
    let freedom = (sa + sb).powi(2) / (sa * sa / (a - 1.0) + sb * sb / (b - 1.0));
    let bound = match aim.analysis {
        Analysis::FixedHorizon => student(freedom, 1.0 - aim.alpha / 2.0)?,
        Analysis::Sequential => sequential::bound(total, total, a + b - 2.0, aim.alpha)? - EARLIER,
    };
    // The tests of shares answer to the greater of the two: at equal arms that of one common rate, at
    // unequal arms that of each arm's own.
    let error = (spread.pooled * (1.0 / a + 1.0 / b)).max(sa + sb).sqrt();
    Some(bound * error + student(freedom, aim.power)? * (sa + sb).sqrt())
}

/// Student's quantile. With many degrees of freedom, where the library's search does not end, it is the
/// normal one and the first term of its expansion, exact to 1e-11 (Abramowitz and Stegun 1964, 26.7.5).
fn student(freedom: f64, p: f64) -> Option<f64> {
    if freedom < MANY {
        return Some(quantile(&StudentsT::new(0.0, 1.0, freedom).ok()?, p));
    }
    let z = Normal::new(0.0, 1.0).ok()?.inverse_cdf(p);
    Some(z + (z.powi(3) + z) / (4.0 * freedom))
}

/// The shares of all units in control and in the lightest other arm with weight.
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
