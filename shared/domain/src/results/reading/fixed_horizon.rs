//! The reading for a planned stop, as its methods give it.

use stats::balance::Randomized;
use stats::fieller::Relative;
use stats::permutation::Tested;
use stats::welch::Difference;

use super::method::IntervalMethod;

/// The reading for a planned stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// Of the interval.
    pub method: IntervalMethod,
    /// The difference.
    pub estimate: f64,
    /// The interval, and the formula's p-value; None when no unit differs from others of its arm.
    pub difference: Option<Difference>,
    /// The relative difference.
    pub relative: Option<Relative>,
    /// The permutation test, where it is called for and could be made.
    pub permuted: Option<Tested>,
    /// The randomization test of units that were known before.
    pub rerandomized: Option<Randomized>,
}

impl Planned {
    /// The p-value by chance alone, without a formula.
    #[must_use]
    pub fn by_chance(&self) -> Option<f64> {
        self.rerandomized.map(|tested| tested.p_value).or(self.permuted.map(|tested| tested.p_value))
    }
}
