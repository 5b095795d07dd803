//! The Bayesian readings: how likely an arm is the best, and what choosing it may cost.
//!
//! Every figure is an integral over the posteriors of the arms, computed by quadrature: the same data
//! always give the same figures. These readings are not protected against watching. Who stops as soon
//! as one of them looks good ships arms without an effect far more often than it says.
//!
//! Source: Gelman and others 2013, *Bayesian Data Analysis*, sections 2.4 and 3.2; Stucchio 2015,
//! "Bayesian A/B testing at VWO", for the expected loss.

mod difference;
mod grid;
mod posterior;
#[cfg(test)]
mod tests;

pub use posterior::{LEAST_UNITS, PRIOR, Posterior};

use grid::Grid;

pub use crate::direction::Direction;

/// What the posteriors say of one arm among all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// The probability that no other arm is better, 0 to 1. Over all arms it sums to 1.
    pub best: f64,
    /// How much worse than the best arm this one is, on average over what the data leave possible,
    /// in the unit of the goal; 0 or more.
    pub loss: f64,
}

/// What the posteriors say of one arm against control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Versus {
    /// The probability that the arm is better than control, 0 to 1.
    pub beats: f64,
    /// What choosing the arm costs against control, on average over what the data leave possible
    /// (nothing where the arm is better), in the unit of the goal; 0 or more.
    pub loss: f64,
    /// What staying with control costs, in the same way.
    pub loss_of_control: f64,
    /// Posterior mean of treatment minus control, whichever is better.
    pub estimate: f64,
    /// Lower end of the credible interval of treatment minus control, equal tails.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

/// The standing of each arm among all, in their order.
///
/// None without arms, or when some are shares and others means.
#[must_use]
pub fn standings(arms: &[Posterior], better: Direction) -> Option<Vec<Standing>> {
    let grid = Grid::new(arms)?;
    let sides: Vec<_> = (0..arms.len()).map(|arm| grid.sides(arm, better)).collect();
    let others = |arm: usize| sides.iter().enumerate().filter(move |(other, _)| *other != arm);
    let of = |arm: usize| {
        let all_worse = |node: usize| others(arm).map(|(_, (worse, _))| worse[node]).product::<f64>();
        // One less the product above, without losing the digits of a small one.
        let any_better = |node: usize| others(arm).fold(0.0, |any, (_, (_, b))| any + (1.0 - any) * b[node]);
        Standing {
            best: grid.integral(|node| grid.density(arm, node) * all_worse(node)),
            loss: grid.integral(|node| sides[arm].0[node] * any_better(node) * grid.stretch(node)),
        }
    };
    Some((0..arms.len()).map(of).collect())
}

/// `treatment` against `control`, with the credible interval of probability `1 − alpha`.
///
/// None when one is a share and the other a mean.
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
