//! The goals of two arms, drawn again: the sums of every draw, and the statistics that follow from them.

mod harm;
mod numbers;
mod ranks;
mod scale;
pub mod strata;

use self::numbers::{Amounts, Ratios, covariate_centers};
use super::covariance::{NUMBERS, Products};
use super::place::{Propensity, place};
use super::statistic::Rank;
use super::sums::Sums;

/// A unit of the two arms.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'a> {
    /// Its real arm: false for control and true for treatment.
    pub treated: bool,
    /// How it is drawn.
    pub place: Place<'a>,
}

/// How a unit is drawn.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// By itself: see [`place()`].
    Alone {
        /// Its key, or that of its cluster.
        key: [u8; 32],
        /// Its probability of treatment.
        propensity: Propensity,
    },
    /// Together with others: its arm in each draw. Draws beyond the end are in control.
    Listed(&'a [bool]),
}

/// The outcomes of one goal, with one entry for each unit.
#[derive(Debug, Clone, Copy)]
pub enum Goal<'a> {
    /// A number: 1 or 0 for a binary goal.
    Amounts(&'a [f64]),
    /// A number, and the number by which histories are ranked without an effect: see [`super::maturity`].
    Maturing(&'a [f64], &'a [f64]),
    /// A numerator and a denominator of 0 or more.
    Ratios(&'a [(f64, f64)]),
    /// A number, the number by which histories are ranked, and two covariates that were known before assignment. An
    /// absent covariate is 0 for all units.
    Adjusted(&'a [f64], &'a [f64], &'a [[f64; 2]]),
}

/// A goal with its sums.
#[derive(Debug, Clone)]
pub struct Drawn(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Amounts(Amounts),
    Maturing(Amounts, Amounts),
    Ratios(Ratios),
    Adjusted(Amounts, Box<Sums<NUMBERS>>, Products),
}

/// Draws the units again and adds up their outcomes of each goal.
#[must_use]
pub fn draw(units: &[Unit<'_>], goals: &[Goal<'_>], draws: usize) -> Vec<Drawn> {
    let mut found: Vec<Drawn> = goals.iter().map(|goal| Drawn::new(goal, draws)).collect();
    let centers: Vec<_> = goals.iter().map(covariate_centers).collect();
    let mut treated = vec![0.0; draws];
    for (index, unit) in units.iter().enumerate() {
        match unit.place {
            Place::Alone { key, propensity } => place(&key, propensity, &mut treated),
            Place::Listed(arms) => {
                treated[arms.len().min(draws)..].fill(0.0);
                treated.iter_mut().zip(arms).for_each(|(own, arm)| *own = f64::from(u8::from(*arm)));
            }
        }
        for ((own, goal), centers) in found.iter_mut().zip(goals).zip(&centers) {
            own.add(usize::from(unit.treated), &treated, (goal, index), centers);
        }
    }
    found
}

impl Drawn {
    fn new(goal: &Goal<'_>, draws: usize) -> Self {
        Self(match goal {
            Goal::Amounts(numbers) => Kind::Amounts(Amounts::new(numbers, draws)),
            Goal::Maturing(numbers, ranked) => {
                Kind::Maturing(Amounts::new(numbers, draws), Amounts::new(ranked, draws))
            }
            Goal::Ratios(pairs) => Kind::Ratios(Ratios::new(pairs, draws)),
            Goal::Adjusted(numbers, ..) => {
                Kind::Adjusted(Amounts::new(numbers, draws), Box::new(Sums::new(draws)), Products::default())
            }
        })
    }

    fn add(&mut self, arm: usize, treated: &[f64], (goal, index): (&Goal<'_>, usize), centers: &[f64; 2]) {
        match (&mut self.0, goal) {
            (Kind::Amounts(own), Goal::Amounts(numbers)) => own.add(arm, treated, numbers[index]),
            (Kind::Maturing(own, ranks), Goal::Maturing(numbers, ranked)) => {
                own.add(arm, treated, numbers[index]);
                ranks.add(arm, treated, ranked[index]);
            }
            (Kind::Ratios(own), Goal::Ratios(pairs)) => own.add(arm, treated, pairs[index]),
            (Kind::Adjusted(own, sums, products), Goal::Adjusted(numbers, ranked, covariates)) => {
                own.add(arm, treated, numbers[index]);
                let [first, second] = covariates[index];
                // Both have the same mean.
                let row = [1.0, own.scaled(ranked[index]), first - centers[0], second - centers[1]];
                sums.add(arm, treated, &row);
                products.add(&row);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "drawn/tests.rs"]
mod tests;
