//! One arm compared with control, as reports show it: the reading to decide by, and the other readings.
//! `comparison/making.rs` creates it.

mod adaptive;
mod bounds;
mod interim_looks;
mod making;

use serde::{Deserialize, Serialize};
use stats::cuped::Adjusted;
use stats::welch::Difference;

use super::betting::Betting;
use super::fixed_horizon::Planned;
use super::interval::Interval;
use super::method::{IntervalMethod, Method, PValueMethod};
use super::pair::ALPHA;
use crate::experiment::VariantKey;
use crate::results::looks::stored::Approximation;

pub use interim_looks::{Decision, InterimLooks};

/// One arm compared with control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The arm.
    pub variant: VariantKey,
    /// The method of `absolute`, `relative` and `p_value`.
    pub method: Method,
    /// The difference of means per unit, or of ratios.
    pub absolute: Interval,
    /// The same relative to control (0.1 is 10 % more). Without bounds, the baseline is too low for a
    /// percentage: use the absolute difference.
    pub relative: Interval,
    /// The p-value of no difference, valid at every interim look. For re-randomization, that of the look that decided
    /// the comparison, at most 5 %; null while it is undecided, which means above 5 %. For an e-process, the lowest of
    /// all interim looks.
    pub p_value: Option<f64>,
    /// The direction of the interim look with that p-value. Null without a reading or at a p-value of 1.
    pub shown: Option<Shown>,
    /// The interim looks so far. Null before the first one and for adaptive tests.
    pub interim_looks: Option<InterimLooks>,
    /// Why the error rate of the decision, or of the looks so far, is approximate. Null when it is not.
    #[serde(default)]
    pub approximate: Option<Approximation>,
    /// The p-value corrected for the number of comparisons in its family (Holm).
    pub corrected_p: Option<f64>,
    /// The reading at a fixed horizon, planned before the test began. Null for adaptive tests.
    pub fixed_horizon: Option<FixedHorizon>,
    /// The Bayesian reading. Null for adaptive tests.
    pub bayesian: Option<Bayesian>,
    /// A second opinion on a binary goal, valid at every interim look. Nothing is decided by it.
    pub betting: Option<Betting>,
    /// The difference adjusted by the covariate, at a fixed horizon.
    pub adjusted: Option<AdjustedReading>,
    /// For a guardrail, whether it is met or broken.
    pub guardrail: Option<Guarded>,
    /// Reasons for caution.
    pub warnings: Vec<String>,
}

/// The direction of a difference from control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Above control.
    Higher,
    /// Below control.
    Lower,
}

impl Shown {
    /// Returns the direction of a difference, or None for 0.
    #[must_use]
    pub fn of(difference: f64) -> Option<Self> {
        match difference {
            d if d > 0.0 => Some(Self::Higher),
            d if d < 0.0 => Some(Self::Lower),
            _ => None,
        }
    }
}

/// The reading at a fixed horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FixedHorizon {
    /// How the interval was computed.
    pub method: IntervalMethod,
    /// The difference.
    pub absolute: Interval,
    /// The relative difference.
    pub relative: Interval,
    /// Two-sided p-value.
    pub p_value: f64,
    /// How the p-value was computed.
    pub test: PValueMethod,
}

/// The posterior under a weak prior. It is not valid under repeated interim looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bayesian {
    /// The probability that the arm is better than control.
    pub beats_control: f64,
    /// The expected loss from choosing the arm instead of control.
    pub expected_loss: f64,
    /// The difference with its 95 % credible interval.
    pub absolute: Interval,
}

/// The difference adjusted by the covariate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdjustedReading {
    /// The difference at a fixed horizon.
    pub fixed_horizon: Interval,
    /// The share of the raw variance that is saved.
    pub variance_saved: f64,
}

/// The reading of a guardrail. Both p-values are one-sided and the lowest of all interim looks so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// The margin by which the goal may get worse.
    pub margin: f64,
    /// Small when the guardrail is shown to be met.
    pub met_p: f64,
    /// Small when the guardrail is shown to be broken.
    pub broken_p: f64,
}

impl Guarded {
    /// Returns the lower p-values of this reading and an earlier one.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        Self { met_p: self.met_p.min(other.met_p), broken_p: self.broken_p.min(other.broken_p), ..self }
    }
}

impl From<Planned> for FixedHorizon {
    fn from(planned: Planned) -> Self {
        let (p_value, test) = match (planned.rerandomized, planned.permuted) {
            (Some(tested), _) => (tested.p_value, PValueMethod::Rerandomization),
            (None, None) => (planned.difference.map_or(1.0, |found| found.p_value), PValueMethod::Formula),
            (None, Some(tested)) if tested.all => (tested.p_value, PValueMethod::PermutationAll),
            (None, Some(tested)) => (tested.p_value, PValueMethod::PermutationDrawn),
        };
        let relative = planned.relative.map_or_else(Interval::default, Interval::from);
        let absolute =
            planned.difference.map_or_else(|| Interval::of(planned.estimate, None), Interval::from);
        Self { method: planned.method, absolute, relative, p_value, test }
    }
}

impl From<stats::bayes::Versus> for Bayesian {
    fn from(versus: stats::bayes::Versus) -> Self {
        Self {
            beats_control: versus.beats,
            expected_loss: versus.loss,
            absolute: Interval::of(versus.estimate, Some((versus.low, versus.high))),
        }
    }
}

impl From<&Adjusted> for AdjustedReading {
    fn from(adjusted: &Adjusted) -> Self {
        let plain = Interval::of(adjusted.contrast.estimate, None);
        Self {
            fixed_horizon: Difference::new(&adjusted.contrast, ALPHA).map_or(plain, Interval::from),
            variance_saved: adjusted.variance_saved,
        }
    }
}
