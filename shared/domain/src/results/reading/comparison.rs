//! One arm against control as a reader sees it: the reading to decide by, and the others beside it.
//! How it is made: `comparison/making.rs`.

mod bounds;
mod making;

use serde::{Deserialize, Serialize};
use stats::always_valid::SequentialTest;
use stats::cuped::Adjusted;
use stats::welch::Difference;

use super::fixed_horizon::Planned;
use super::interval::Interval;
use super::method::{IntervalMethod, Method, PValueMethod};
use super::pair::ALPHA;
use crate::experiment::VariantKey;

/// One arm against control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The arm.
    pub variant: VariantKey,
    /// How `absolute`, `relative` and `p_value` were computed.
    pub method: Method,
    /// The difference of means per unit, or of ratios: right whenever one looks.
    pub absolute: Interval,
    /// The same as a share of control's (0.1 is 10 % more). Without bounds the baseline is too low for
    /// a percentage: read the absolute difference.
    pub relative: Interval,
    /// Two-sided p-value of no difference, the least of all looks so far; null while it says nothing.
    pub p_value: Option<f64>,
    /// What the look with that p-value pointed to; null while it says nothing, which a p-value of 1 does not.
    pub shown: Option<Shown>,
    /// The same, corrected for how many comparisons of its kind there are (Holm).
    pub corrected_p: Option<f64>,
    /// The reading for a stop that was planned before the test began; never for adaptive tests.
    pub fixed_horizon: Option<FixedHorizon>,
    /// The Bayesian reading; never for adaptive tests.
    pub bayesian: Option<Bayesian>,
    /// The always-valid reading with what the covariate predicts taken out.
    pub adjusted: Option<AdjustedReading>,
    /// Of a guardrail, whether it holds.
    pub guardrail: Option<Guarded>,
    /// What to keep in mind.
    pub warnings: Vec<String>,
}

/// On which side of control an arm was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Above it.
    Higher,
    /// Below it.
    Lower,
}

impl Shown {
    /// The side of a difference; None for none.
    #[must_use]
    pub fn of(difference: f64) -> Option<Self> {
        match difference {
            d if d > 0.0 => Some(Self::Higher),
            d if d < 0.0 => Some(Self::Lower),
            _ => None,
        }
    }
}

/// The reading for a planned stop.
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

/// What the data leave possible under a weak prior. It is not protected against watching.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bayesian {
    /// The probability that the arm is better than control.
    pub beats_control: f64,
    /// What choosing the arm costs against control, on average.
    pub expected_loss: f64,
    /// The difference with its 95 % credible interval.
    pub absolute: Interval,
}

/// The difference with the covariate's part taken out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdjustedReading {
    /// The difference, always valid.
    pub absolute: Interval,
    /// Its p-value, the least of all looks so far.
    pub p_value: Option<f64>,
    /// The difference for a planned stop.
    pub fixed_horizon: Interval,
    /// Share of the raw variance that is saved.
    pub variance_saved: f64,
}

/// What a guardrail says; both p-values are one-sided and the least of all looks so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// How much worse the goal may get.
    pub margin: f64,
    /// Small when the guardrail is shown to hold.
    pub met_p: f64,
    /// Small when it is shown to be broken.
    pub broken_p: f64,
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

impl AdjustedReading {
    pub(super) fn new(adjusted: &Adjusted, sequential_test: &SequentialTest) -> Self {
        let look = sequential_test.look_adjusted(adjusted);
        let plain = Interval::of(adjusted.contrast.estimate, None);
        Self {
            absolute: look.map_or(plain, |look| Interval::of(look.estimate, look.interval)),
            p_value: look.map(|look| look.p_value),
            fixed_horizon: Difference::new(&adjusted.contrast, ALPHA).map_or(plain, Interval::from),
            variance_saved: adjusted.variance_saved,
        }
    }
}
