//! One arm compared with control, with each of the readings that a report contains. This module decides which
//! method is used when. The methods are in the crate `stats`.

use stats::agresti_caffo::{self, Rate, agresti_caffo};
use stats::always_valid::{InterimLook, MIN_UNITS, SequentialTest};
use stats::bayes::{self, Posterior};
use stats::cuped::{Adjusted, cuped};
use stats::delta;
use stats::exact_rates;
use stats::fieller::{self, Relative};
use stats::sample::{Contrast, Sample};
use stats::welch::welch;

use super::chance::Chance;
use super::fixed_horizon::Planned;
use super::method::IntervalMethod;
use crate::experiment::goal::{Direction, Kind};
use crate::results::counting::totals::GoalTotals;

/// The level of every interval: 95 %.
pub const ALPHA: f64 = 0.05;

/// A ratio's formula is used without a permutation test when every total is as even as that of at least this
/// number of equal units.
const MANY_CARRIERS: f64 = 1_000.0;

/// Control and one other arm, for one goal.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The kind of the goal.
    pub kind: Kind,
    /// Control's totals.
    pub control: &'a GoalTotals,
    /// The other arm's.
    pub treatment: &'a GoalTotals,
}

impl Pair<'_> {
    /// Returns both arms as units, mean (or ratio) and variance, or None when there are too few units.
    #[must_use]
    pub fn samples(&self) -> Option<(Sample, Sample)> {
        let one = |arm: &GoalTotals| match self.kind {
            Kind::Ratio => delta::sample(&arm.paired),
            Kind::Binary | Kind::Count | Kind::Sum => arm.moments.sample(),
        };
        Some((one(self.control)?, one(self.treatment)?))
    }

    /// Returns the units of control and of the other arm.
    #[must_use]
    pub fn units(&self) -> (u64, u64) {
        (self.control.moments.units(), self.treatment.moments.units())
    }

    pub(super) fn rates(&self) -> (Rate, Rate) {
        let rate = |arm: &GoalTotals| Rate { converted: arm.converted, units: arm.moments.units() };
        (rate(self.control), rate(self.treatment))
    }

    /// Returns the sequential reading, with its relative interval. `by_chance` is the p-value of the
    /// permutation or rerandomization test of the same units. Without it, a ratio leads to no decision,
    /// because its formula errs when a few units are far larger than the others. Unless a few units have most
    /// of a total, the formula is used alone: permutations are drawn, so their p-value cannot become as small
    /// as that of the formula for many units.
    ///
    /// Rates are read exactly while an arm has fewer than ten units, and when all units of each arm are
    /// equal.
    #[must_use]
    pub fn sequential(
        &self,
        sequential_test: &SequentialTest,
        by_chance: Option<f64>,
    ) -> Option<(InterimLook, Option<Relative>)> {
        if self.is_exact() {
            let (control, treatment) = self.rates();
            let look = exact_rates::look(control, treatment, ALPHA)?;
            let relative =
                self.samples().filter(|(control, _)| control.mean > 0.0).map(|(control, treatment)| {
                    Relative { estimate: treatment.mean / control.mean - 1.0, interval: None }
                });
            return Some((look, relative));
        }
        let (control, treatment) = self.samples()?;
        let mut look = sequential_test.look(&control, &treatment)?;
        if self.kind == Kind::Ratio && !self.is_even() {
            look = match by_chance {
                Some(p_value) => sequential_test.confirmed(&look, p_value, control.units + treatment.units),
                None => InterimLook { interval: None, p_value: 1.0, ..look },
            };
        }
        let error = Contrast::separate(&control, &treatment).map(|contrast| contrast.standard_error);
        let widths = look.interval.zip(error).map(|((low, high), error)| (high - low) / 2.0 / error);
        let relative = (control.mean > 0.0).then(|| Relative {
            estimate: treatment.mean / control.mean - 1.0,
            interval: widths.and_then(|widths| fieller::within(&control, &treatment, widths)),
        });
        Some((look, relative))
    }

    /// Returns whether rates are read by the exact method, which does not rely on large samples.
    pub(super) fn is_exact(&self) -> bool {
        let (control, treatment) = self.rates();
        let varies = |rate: Rate| rate.converted > 0 && rate.converted < rate.units;
        #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
        let few = (control.units.min(treatment.units) as f64) < MIN_UNITS;
        self.kind == Kind::Binary && (few || !(varies(control) || varies(treatment)))
    }

    /// Returns whether a ratio's formula is used without a permutation test: when there are many units and no
    /// small group of them has most of a total.
    pub(super) fn is_even(&self) -> bool {
        let arms = [self.control, self.treatment];
        arms.iter().all(|arm| arm.sizes.carriers() >= MANY_CARRIERS && arm.bases.carriers() >= MANY_CARRIERS)
    }

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

/// Converts the direction in which a goal is better to that of the crate `stats`.
#[must_use]
pub fn end(direction: Direction) -> stats::Direction {
    match direction {
        Direction::Higher => stats::Direction::Higher,
        Direction::Lower => stats::Direction::Lower,
    }
}
