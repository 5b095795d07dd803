//! Intervals that agree with the decision of a re-randomization test.

use super::stopped::Side;

/// An estimate with its interval: the relative change of treatment compared with control (0.1 for 10 % more), or
/// the difference of two rates. No effect is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// The lower end. None when it is open: every value below the upper end is possible.
    pub low: Option<f64>,
    /// The upper end. None when it is open: every value above the lower end is possible.
    pub high: Option<f64>,
}

/// Why there is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoInterval {
    /// An arm has fewer than [`super::MIN_UNITS`] units.
    TooFewUnits,
    /// An arm has a mean, a ratio or a rate of 0, so there is no relative change.
    ArmWithoutOutcomes,
    /// An outcome is below 0, so a change is not a factor.
    NegativeAmounts,
}

impl Interval {
    /// Returns the interval that agrees with the decision on the comparison. A decision cuts the interval at no
    /// effect. Without a decision, the interval is stretched until it contains no effect.
    ///
    /// They seldom disagree: the interval has another statistic than the test, and a decision stays when later
    /// units contradict it.
    #[must_use]
    pub fn reconciled(self, decided: Option<Side>) -> Self {
        let (low, high) = match decided {
            Some(Side::Higher) => {
                (Some(self.low.unwrap_or(0.0).max(0.0)), self.high.map(|high| high.max(0.0)))
            }
            Some(Side::Lower) => (self.low.map(|low| low.min(0.0)), Some(self.high.unwrap_or(0.0).min(0.0))),
            None => (self.low.map(|low| low.min(0.0)), self.high.map(|high| high.max(0.0))),
        };
        Self { low, high, ..self }
    }
}

#[cfg(test)]
#[path = "interval/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "interval/coverage.rs"]
mod coverage;
