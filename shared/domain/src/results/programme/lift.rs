//! The lift of a variant, and its logarithm as an improvement.

use serde::Serialize;
use stats::shrinkage::{Estimate, Shrunk};

use crate::experiment::goal::Direction;
use crate::experiment::{Experiment, GoalKey};
use crate::results::reading::comparison::Comparison;
use crate::results::reading::interval::Interval;

/// The quantile of a 95 % interval of a normal estimate.
const Z: f64 = 1.959_963_984_540_054;

/// A relative difference from control (0.1 is 10 % more) with its 95 % interval. A part is null when it cannot be
/// computed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lift {
    /// The lift.
    pub estimate: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Lift {
    /// Converts a logarithm of 1 + improvement to a lift. `sign` is −1 when less is better.
    pub(super) fn of(shrunk: Shrunk, sign: f64) -> Self {
        let (low, high) = shrunk.interval();
        let (low, high) = ((sign * low).exp_m1(), (sign * high).exp_m1());
        let estimate = Some((sign * shrunk.effect).exp_m1());
        Self { estimate, low: Some(low.min(high)), high: Some(low.max(high)) }
    }
}

impl From<Interval> for Lift {
    fn from(own: Interval) -> Self {
        Self { estimate: own.estimate, low: own.low, high: own.high }
    }
}

/// Returns 1 when more of a goal is better, and −1 when less is.
pub(super) fn sign(test: &Experiment, goal: &GoalKey) -> f64 {
    match test.definition.goal(goal).map(|goal| goal.direction) {
        Some(Direction::Lower) => -1.0,
        Some(Direction::Higher) | None => 1.0,
    }
}

/// Returns the logarithm of 1 + improvement with its variance, from the interval of one analysis, or from that of
/// the sequential reading, which is wider. Returns None without an interval above −100 %.
pub(super) fn improvement(comparison: &Comparison, sign: f64) -> Option<Estimate> {
    let once = comparison.fixed_horizon.map(|own| own.relative);
    [once, Some(comparison.relative)].into_iter().flatten().find_map(|interval| logarithm(&interval, sign))
}

fn logarithm(interval: &Interval, sign: f64) -> Option<Estimate> {
    let logarithm = |bound: Option<f64>| bound.filter(|bound| *bound > -1.0).map(f64::ln_1p);
    let (low, high) = (logarithm(interval.low)?, logarithm(interval.high)?);
    let variance = ((high - low) / (2.0 * Z)).powi(2);
    (variance > 0.0).then_some(Estimate { effect: sign * logarithm(interval.estimate)?, variance })
}
