//! The goals of two arms, drawn again: the sums of every draw, and the statistics that follow from them.

mod harm;
mod scale;

use super::covariance::{NUMBERS, Products};
use super::place::{Propensity, place};
use super::statistic::{Rank, is_eligible, log_means, log_ratios, means, rank};
use super::sums::{Arms, Sums};
use crate::moments::Moments;

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
    /// A numerator and a denominator of 0 or more.
    Ratios(&'a [(f64, f64)]),
    /// A number with two covariates that were known before assignment. An absent covariate is 0 for all units.
    Adjusted(&'a [f64], &'a [[f64; 2]]),
}

/// A goal with its sums.
#[derive(Debug, Clone)]
pub struct Drawn(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Amounts(Amounts),
    Ratios(Ratios),
    Adjusted(Amounts, Box<Sums<NUMBERS>>, Products),
}

/// Numbers per unit, centered and scaled.
#[derive(Debug, Clone)]
struct Amounts {
    center: f64,
    scale: f64,
    least: f64,
    is_binary: bool,
    sums: Sums<3>,
}

/// Numerators and denominators, each divided by its mean.
#[derive(Debug, Clone)]
struct Ratios {
    numerator: f64,
    denominator: f64,
    sums: Sums<6>,
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
            Goal::Ratios(pairs) => Kind::Ratios(Ratios::new(pairs, draws)),
            Goal::Adjusted(numbers, _) => {
                Kind::Adjusted(Amounts::new(numbers, draws), Box::new(Sums::new(draws)), Products::default())
            }
        })
    }

    fn add(&mut self, arm: usize, treated: &[f64], (goal, index): (&Goal<'_>, usize), centers: &[f64; 2]) {
        match (&mut self.0, goal) {
            (Kind::Amounts(own), Goal::Amounts(numbers)) => own.add(arm, treated, numbers[index]),
            (Kind::Ratios(own), Goal::Ratios(pairs)) => own.add(arm, treated, pairs[index]),
            (Kind::Adjusted(own, sums, products), Goal::Adjusted(numbers, covariates)) => {
                own.add(arm, treated, numbers[index]);
                let [first, second] = covariates[index];
                let row = [1.0, own.scaled(numbers[index]), first - centers[0], second - centers[1]];
                sums.add(arm, treated, &row);
                products.add(&row);
            }
            _ => {}
        }
    }

    /// Returns the rank of every history, the real one first, without an effect. None for histories that may not
    /// be stopped.
    #[must_use]
    pub fn ranks(&self) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) => ranked(own.sums.histories(|sums| sums), means),
            Kind::Ratios(own) => ranked(own.sums.histories(|sums| sums), log_ratios),
            Kind::Adjusted(_, sums, products) => {
                ranked(sums.histories(|sums| sums), |arms| products.statistic(arms))
            }
        }
    }

    /// Returns the rank of every history after an assumed effect is removed: the outcomes of the real treatment
    /// arm, or the numerators of ratios, are divided by `factor` (above 0). The statistic is T of the logarithm
    /// of the ratio of means, or of ratios. Outcomes must not be negative.
    #[must_use]
    pub fn ranks_without_factor(&self, factor: f64) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) | Kind::Adjusted(own, ..) => {
                let removed = |sums: [f64; 3]| {
                    let [n, sum, squares] = own.plain(sums);
                    [n, sum / factor, squares / factor.powi(2)]
                };
                // The sums of control are turned to plain numbers as well, so the histories are built here.
                ranked(own.histories_of_plain_numbers(removed), log_means)
            }
            Kind::Ratios(own) => {
                let removed = |[n, x, y, xx, xy, yy]: [f64; 6]| {
                    [n, x / factor, y, xx / factor.powi(2), xy / factor, yy]
                };
                ranked(own.sums.histories(removed), log_ratios)
            }
        }
    }

    /// Returns the rank of every history after an assumed shift is removed: `shift` is subtracted from the
    /// outcomes of the real treatment arm, or `shift` times the denominator from the numerators of ratios. The
    /// statistic is T of the difference of means, or of ratios.
    #[must_use]
    pub fn ranks_without_shift(&self, shift: f64) -> Vec<Option<Rank>> {
        match &self.0 {
            Kind::Amounts(own) | Kind::Adjusted(own, ..) => {
                let d = shift / own.scale;
                let removed = |[n, u, uu]: [f64; 3]| [n, u - d * n, uu - 2.0 * d * u + d * d * n];
                ranked(own.sums.histories(removed), means)
            }
            Kind::Ratios(own) => {
                let d = shift * own.denominator / own.numerator;
                let removed = |[n, x, y, xx, xy, yy]: [f64; 6]| {
                    [n, x - d * y, y, xx - 2.0 * d * xy + d * d * yy, xy - d * yy, yy]
                };
                ranked(own.sums.histories(removed), super::statistic::ratios)
            }
        }
    }
}

impl Amounts {
    fn new(numbers: &[f64], draws: usize) -> Self {
        let mut moments = Moments::default();
        for number in numbers {
            moments.add(*number);
        }
        let spread = moments.variance().map_or(0.0, f64::sqrt);
        let scale = if spread > 0.0 { spread } else { 1.0 };
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let is_binary = numbers.iter().all(|number| (number * (number - 1.0)).abs() <= 0.0);
        Self { center: moments.mean(), scale, least, is_binary, sums: Sums::new(draws) }
    }

    fn scaled(&self, number: f64) -> f64 {
        (number - self.center) / self.scale
    }

    fn add(&mut self, arm: usize, treated: &[f64], number: f64) {
        let own = self.scaled(number);
        self.sums.add(arm, treated, &[1.0, own, own * own]);
    }

    /// Returns the sums of the numbers themselves, in units of the scale.
    fn plain(&self, [n, u, uu]: [f64; 3]) -> [f64; 3] {
        let m = self.center / self.scale;
        [n, u + m * n, (uu + 2.0 * m * u + m * m * n).max(0.0)]
    }

    fn histories_of_plain_numbers(
        &self,
        removed: impl Fn([f64; 3]) -> [f64; 3],
    ) -> impl Iterator<Item = Arms<3>> {
        self.sums.histories_by_arm(|sums| self.plain(sums), removed)
    }
}

impl Ratios {
    fn new(pairs: &[(f64, f64)], draws: usize) -> Self {
        let (mut x, mut y) = (Moments::default(), Moments::default());
        for pair in pairs {
            x.add(pair.0);
            y.add(pair.1);
        }
        let or_one = |mean: f64| if mean > 0.0 { mean } else { 1.0 };
        Self { numerator: or_one(x.mean()), denominator: or_one(y.mean()), sums: Sums::new(draws) }
    }

    fn add(&mut self, arm: usize, treated: &[f64], (x, y): (f64, f64)) {
        let (x, y) = (x / self.numerator, y / self.denominator);
        self.sums.add(arm, treated, &[1.0, x, y, x * x, x * y, y * y]);
    }
}

/// Returns the mean of each covariate.
fn covariate_centers(goal: &Goal<'_>) -> [f64; 2] {
    let Goal::Adjusted(_, covariates) = goal else { return [0.0; 2] };
    [0, 1].map(|index| {
        let mut moments = Moments::default();
        for own in *covariates {
            moments.add(own[index]);
        }
        moments.mean()
    })
}

fn ranked<const K: usize>(
    histories: impl Iterator<Item = Arms<K>>,
    statistic: impl Fn(&Arms<K>) -> f64,
) -> Vec<Option<Rank>> {
    histories.map(|arms| is_eligible(&arms).then(|| rank(statistic(&arms)))).collect()
}

#[cfg(test)]
#[path = "drawn/tests.rs"]
mod tests;
