//! One arm against control, read in each of the ways that a report shows. Which method is taken when
//! is decided here; the methods themselves are in the crate `stats/`.

use bellwether_stats::agresti_caffo::{self, Rate, agresti_caffo};
use bellwether_stats::always_valid::{Look, Watch};
use bellwether_stats::balance::Randomised;
use bellwether_stats::bayes::{self, Posterior};
use bellwether_stats::cuped::{Adjusted, cuped};
use bellwether_stats::delta;
use bellwether_stats::families::{self, watched_guardrail};
use bellwether_stats::fieller::{self, Relative};
use bellwether_stats::permutation::{self, DRAWS, Drawing, Tested};
use bellwether_stats::sample::{Contrast, Sample};
use bellwether_stats::welch::{Difference, welch};

use super::totals::GoalTotals;
use crate::experiment::goal::{Better, Kind};

/// The level of every interval: 95 %.
pub const ALPHA: f64 = 0.05;

/// How much may be spent on permutations in one report: units drawn, about two seconds of a processor.
#[derive(Debug)]
pub struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(200_000_000)
    }
}

impl Budget {
    /// Takes what a test costs whose smaller arm has so many units; false when not enough is left.
    fn take(&mut self, smaller: u64) -> bool {
        let left = self.0.checked_sub(smaller * u64::from(DRAWS));
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Control and one other arm, of one goal.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// What the goal measures.
    pub kind: Kind,
    /// Control's totals.
    pub control: &'a GoalTotals,
    /// The other arm's.
    pub treatment: &'a GoalTotals,
}

/// The reading for a planned stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// Of the interval: `welch`, `agresti_caffo` or `delta`.
    pub method: &'static str,
    /// The interval, and the formula's p-value.
    pub difference: Difference,
    /// The relative difference.
    pub relative: Option<Relative>,
    /// The permutation test, where it is called for and could be made.
    pub permuted: Option<Tested>,
    /// The randomisation test of units that were known before.
    pub redealt: Option<Randomised>,
}

/// What the p-value for a planned stop is drawn from.
#[derive(Debug)]
pub enum Chance<'a> {
    /// Permutations of the units, when there are too many to visit them all from this seed, while the
    /// budget lasts.
    Permuted([u8; 32], &'a mut Budget),
    /// Other seeds under which known units are as alike; None when that cannot be told.
    Redealt(Option<Randomised>),
}

impl Pair<'_> {
    /// Both arms as units, mean (or ratio) and spread; None when there are too few to say.
    #[must_use]
    pub fn samples(&self) -> Option<(Sample, Sample)> {
        let one = |arm: &GoalTotals| match self.kind {
            Kind::Ratio => delta::sample(&arm.paired),
            Kind::Binary | Kind::Count | Kind::Sum => arm.moments.sample(),
        };
        Some((one(self.control)?, one(self.treatment)?))
    }

    /// Units in control and in the other arm.
    #[must_use]
    pub fn units(&self) -> (u64, u64) {
        (self.control.moments.units(), self.treatment.moments.units())
    }

    fn rates(&self) -> (Rate, Rate) {
        let rate = |arm: &GoalTotals| Rate { converted: arm.converted, units: arm.moments.units() };
        (rate(self.control), rate(self.treatment))
    }

    /// The reading that may be watched, with its relative interval.
    #[must_use]
    pub fn watched(&self, watch: &Watch) -> Option<(Look, Option<Relative>)> {
        let (control, treatment) = self.samples()?;
        let look = watch.look(&control, &treatment)?;
        let error = Contrast::separate(&control, &treatment)?.standard_error;
        let widths = look.interval.map(|(low, high)| (high - low) / 2.0 / error);
        let relative = (control.mean > 0.0).then(|| Relative {
            estimate: treatment.mean / control.mean - 1.0,
            interval: widths.and_then(|widths| fieller::within(&control, &treatment, widths)),
        });
        Some((look, relative))
    }

    /// The reading for a planned stop.
    #[must_use]
    pub fn planned(&self, chance: Chance<'_>) -> Option<Planned> {
        let (control, treatment) = self.rates();
        let (method, difference, relative) = match self.kind {
            Kind::Ratio => {
                let (a, b) = (&self.control.paired, &self.treatment.paired);
                let found = delta::difference(a, b, ALPHA);
                ("delta", found, found.and_then(|found| delta::relative(a, b, &found, ALPHA)))
            }
            kind => {
                let (a, b) = (&self.control.moments, &self.treatment.moments);
                let plain = welch(a, b, ALPHA);
                let relative = fieller::fieller(a, b, plain, ALPHA);
                if kind == Kind::Binary && agresti_caffo::applies(control, treatment) {
                    ("agresti_caffo", agresti_caffo(control, treatment, ALPHA), relative)
                } else {
                    ("welch", plain, relative)
                }
            }
        };
        let (permuted, redealt) = match chance {
            Chance::Permuted(seed, budget) => (self.permuted(seed, budget), None),
            Chance::Redealt(redealt) => (None, redealt),
        };
        Some(Planned { method, difference: difference?, relative, permuted, redealt })
    }

    /// Whether a permutation test's p-value is the one to decide by.
    #[must_use]
    pub fn wants_permutation(&self) -> bool {
        let (control, treatment) = self.units();
        permutation::called_for(self.kind == Kind::Ratio, control, treatment)
    }

    fn permuted(&self, seed: [u8; 32], budget: &mut Budget) -> Option<Tested> {
        if !self.wants_permutation() {
            return None;
        }
        if self.kind == Kind::Binary {
            let (control, treatment) = self.rates();
            return permutation::rates(control, treatment);
        }
        let (control, treatment) = self.units();
        if !budget.take(control.min(treatment)) {
            return None;
        }
        let drawing = Drawing { seed, draws: DRAWS };
        let (control, treatment) = (self.control.numbers.sorted()?, self.treatment.numbers.sorted()?);
        if self.kind == Kind::Ratio {
            return permutation::ratios(&control, &treatment, &drawing);
        }
        let first = |pairs: &[(f64, f64)]| pairs.iter().map(|(x, _)| *x).collect::<Vec<_>>();
        permutation::means(&first(&control), &first(&treatment), &drawing)
    }

    /// The difference with what the covariate predicts taken out; None unless every unit of both arms
    /// has one.
    #[must_use]
    pub fn adjusted(&self) -> Option<Adjusted> {
        let whole = |arm: &GoalTotals| arm.paired.units() == arm.moments.units();
        let known = self.kind != Kind::Ratio && whole(self.control) && whole(self.treatment);
        known.then(|| cuped(&self.control.paired, &self.treatment.paired))?
    }

    /// What the data leave possible, under a weak prior.
    #[must_use]
    pub fn bayesian(&self, better: Better) -> Option<bayes::Versus> {
        let of = |arm| posterior(self.kind, arm);
        bayes::versus(of(self.control)?, of(self.treatment)?, end(better), ALPHA)
    }

    /// Whether a guardrail holds or is broken, to be watched.
    #[must_use]
    pub fn guarded(&self, watch: &Watch, margin: f64, better: Better) -> Option<families::Guardrail> {
        let (control, treatment) = self.samples()?;
        watched_guardrail(watch, &control, &treatment, margin, end(better))
    }
}

/// What the data leave possible for one arm.
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

/// Which end of the scale is good, in the words of the statistics.
#[must_use]
pub fn end(better: Better) -> bellwether_stats::Better {
    match better {
        Better::Higher => bellwether_stats::Better::Higher,
        Better::Lower => bellwether_stats::Better::Lower,
    }
}
