//! The reading at a fixed horizon, as its methods compute it.

use stats::balance::Randomized;
use stats::fieller::Relative;
use stats::permutation::Tested;
use stats::welch::Difference;

use super::method::IntervalMethod;

/// The reading at a fixed horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// The method of the interval.
    pub method: IntervalMethod,
    /// The difference.
    pub estimate: f64,
    /// The interval and the formula's p-value. None when all units of each arm are equal.
    pub difference: Option<Difference>,
    /// The relative difference.
    pub relative: Option<Relative>,
    /// The permutation test, if it is used and was possible.
    pub permuted: Option<Tested>,
    /// The rerandomization test of known units.
    pub rerandomized: Option<Randomized>,
}

impl Planned {
    /// Returns the p-value of the permutation or rerandomization test, without a formula.
    #[must_use]
    pub fn by_chance(&self) -> Option<f64> {
        self.rerandomized.map(|tested| tested.p_value).or(self.permuted.map(|tested| tested.p_value))
    }
}
