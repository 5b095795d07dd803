//! The Bayesian readings: the probability that an arm is the best, and the expected loss from choosing it.
//!
//! Every figure is an integral over the posteriors of the arms, computed by quadrature: the same data always
//! give the same figures. These readings are not valid under repeated interim looks. If a test is stopped as
//! soon as one of them appears good, arms without an effect are shipped far more often than the reading
//! suggests.
//!
//! Source: Gelman and others 2013, *Bayesian Data Analysis*, sections 2.4 and 3.2; Stucchio 2015, "Bayesian
//! A/B testing at VWO", for the expected loss.

mod difference;
mod grid;
mod posterior;
#[cfg(test)]
mod tests;

pub use posterior::{MIN_UNITS, Posterior, Prior};

use grid::Grid;

pub use crate::direction::Direction;

/// The posterior of one arm among all arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The probability that no other arm is better, 0 to 1. It sums to 1 over all arms.
    pub best: f64,
    /// The expected loss against the best arm, in the unit of the goal; 0 or more.
    pub loss: f64,
}

/// The posterior of one arm compared with control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Versus {
    /// The probability that the arm is better than control, 0 to 1.
    pub beats: f64,
    /// The expected loss from choosing the arm instead of control, which is 0 where the arm is better, in the
    /// unit of the goal; 0 or more.
    pub loss: f64,
    /// The expected loss from staying with control, computed in the same way.
    pub loss_of_control: f64,
    /// The posterior mean of treatment minus control, in both directions.
    pub estimate: f64,
    /// The lower end of the credible interval of treatment minus control, with equal tails.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// Returns the standing of each arm among all, in their order.
///
/// Returns None without arms, or when some are shares and others means.
#[must_use]
pub fn standings(arms: &[Posterior], better: Direction) -> Option<Vec<Standing>> {
    let grid = Grid::new(arms)?;
    let sides: Vec<_> = (0..arms.len()).map(|arm| grid.sides(arm, better)).collect();
    let others = |arm: usize| sides.iter().enumerate().filter(move |(other, _)| *other != arm);
    let of = |arm: usize| {
        let all_worse = |node: usize| others(arm).map(|(_, (worse, _))| worse[node]).product::<f64>();
        // Computes 1 minus the product without losing the digits of a small result.
        let any_better = |node: usize| others(arm).fold(0.0, |any, (_, (_, b))| any + (1.0 - any) * b[node]);
        Standing {
            best: grid.integral(|node| grid.density(arm, node) * all_worse(node)),
            loss: grid.integral(|node| sides[arm].0[node] * any_better(node) * grid.stretch(node)),
        }
    };
    Some((0..arms.len()).map(of).collect())
}

/// Compares `treatment` with `control`, with the credible interval of probability `1 − alpha`.
///
/// Returns None when one is a share and the other a mean.
#[must_use]
pub fn versus(control: Posterior, treatment: Posterior, better: Direction, alpha: f64) -> Option<Versus> {
    let grid = Grid::new(&[control, treatment])?;
    let (own, other) = (grid.sides(1, better), grid.sides(0, better));
    let cost =
        |worse: &[f64], better: &[f64]| grid.integral(|node| worse[node] * better[node] * grid.stretch(node));
    let end = |tail: f64| difference::quantile(&grid, (control, treatment), tail);
    Some(Versus {
        beats: grid.integral(|node| grid.density(1, node) * other.0[node]),
        loss: cost(own.0, other.1),
        loss_of_control: cost(other.0, own.1),
        estimate: treatment.mean() - control.mean(),
        low: end(alpha / 2.0),
        high: end(1.0 - alpha / 2.0),
    })
}
