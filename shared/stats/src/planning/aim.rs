//! What a plan aims for: error rate, power, and when the test is analysed.

use crate::spending::{Hypothesis, LEVEL, Spending};

/// The usual probability of finding the planned difference.
pub const POWER: f64 = 0.8;

/// When a test is analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Analysis {
    /// Once, when the planned units are reached.
    FixedHorizon,
    /// At interim looks, with an error rate that is spent over them.
    Sequential {
        /// How the error rate is spent.
        spending: Spending,
        /// The number of equally spaced interim looks up to the plan. From [`super::MAX_LOOKS`] on, more of
        /// them make no difference.
        looks: u32,
    },
}

/// Error rate, power, side and analysis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    /// The error rate of the comparison in all, above 0 and below 1. With several treatments it is a share of
    /// 5 %, as Holm's method gives it to the comparison that is decided first.
    pub level: f64,
    /// Probability of finding the difference by the plan, above `level` and below 1.
    pub power: f64,
    /// The difference that the test looks for.
    pub hypothesis: Hypothesis,
    /// When the test is analysed.
    pub analysis: Analysis,
}

impl Aim {
    /// Returns the usual error rate and power of a two-sided test of one treatment.
    #[must_use]
    pub fn usual(analysis: Analysis) -> Self {
        Self { level: LEVEL, power: POWER, hypothesis: Hypothesis::Different, analysis }
    }

    /// Returns the units of this analysis divided by those of one at a fixed horizon, or None for a level or a
    /// power out of range.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        let sound = self.level > 0.0 && self.level < self.power && self.power < 1.0;
        match self.analysis {
            Analysis::FixedHorizon => sound.then_some(1.0),
            Analysis::Sequential { .. } => Some(self.course().filter(|_| sound)?.factor(self.power)),
        }
    }
}
