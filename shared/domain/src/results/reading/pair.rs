//! One arm compared with control, with each of the readings that a report contains. This module decides which
//! method is used when. The methods are in the crate `stats`.

use stats::agresti_caffo::{self, agresti_caffo};
use stats::bayes::{self, Posterior};
use stats::cuped::{Adjusted, cuped};
use stats::delta;
use stats::fieller;
use stats::welch::welch;

use super::chance::Chance;
use super::fixed_horizon::Planned;
use super::method::IntervalMethod;
use crate::experiment::goal::{Direction, Kind};
pub use crate::results::counting::pair::Pair;
use crate::results::counting::totals::GoalTotals;

/// The level of every interval: 95 %.
pub const ALPHA: f64 = 0.05;

impl Pair<'_> {
    /// Returns the reading at a fixed horizon.
    #[must_use]
    pub fn planned(&self, chance: &mut Chance<'_>) -> Option<Planned> {
        let (control, treatment) = self.rates();
        let (method, difference, relative) = match self.kind {
            Kind::Ratio => {
                let (a, b) = (&self.control.paired, &self.treatment.paired);
                let found = delta::difference(a, b, ALPHA);
                (IntervalMethod::Delta, found, found.and_then(|found| delta::relative(a, b, &found, ALPHA)))
            }
            kind => {
                let (a, b) = (&self.control.moments, &self.treatment.moments);
                let plain = welch(a, b, ALPHA);
                let relative = fieller::fieller(a, b, plain, ALPHA);
                if kind == Kind::Binary && agresti_caffo::applies(control, treatment) {
                    (IntervalMethod::AgrestiCaffo, agresti_caffo(control, treatment, ALPHA), relative)
                } else {
                    (IntervalMethod::Welch, plain, relative)
                }
            }
        };
        let rerandomized = chance.rerandomized.flatten();
        let permuted = if chance.rerandomized.is_none() { self.permuted(chance) } else { None };
        let samples = || self.samples().map(|(a, b)| b.mean - a.mean);
        let estimate = difference.map(|found| found.estimate).or_else(samples)?;
        let planned = Planned { method, estimate, difference, relative, permuted, rerandomized };
        (difference.is_some() || planned.by_chance().is_some()).then_some(planned)
    }

    /// Returns the difference adjusted by the covariate, or None unless every unit of both arms has one.
    #[must_use]
    pub fn adjusted(&self) -> Option<Adjusted> {
        let whole = |arm: &GoalTotals| arm.paired.units() == arm.moments.units();
        let known = self.kind != Kind::Ratio && whole(self.control) && whole(self.treatment);
        known.then(|| cuped(&self.control.paired, &self.treatment.paired))?
    }

    /// Returns the posterior comparison, under a weak prior.
    #[must_use]
    pub fn bayesian(&self, direction: Direction) -> Option<bayes::Versus> {
        let of = |arm| posterior(self.kind, arm);
        bayes::versus(of(self.control)?, of(self.treatment)?, end(direction), ALPHA)
    }
}

/// Returns the posterior of one arm.
#[must_use]
pub fn posterior(kind: Kind, arm: &GoalTotals) -> Option<Posterior> {
    match kind {
        Kind::Binary => Posterior::binary(arm.moments.units(), arm.converted),
        Kind::Count | Kind::Sum => Posterior::mean_of(&arm.moments),
        Kind::Ratio => {
            let sample = delta::sample(&arm.paired)?;
            Posterior::estimate(sample.mean, sample.variance_of_mean().sqrt(), sample.units - 1.0)
        }
    }
}

pub use crate::results::looks::guardrail::end;
