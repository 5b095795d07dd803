//! Tests whose weights follow their outcomes, and the readings that are valid for them.
//!
//! When weights follow the outcomes, pooled readings are not valid: if the base rate drifts, the arm that got
//! most units in good weeks appears to be better. A valid reading compares a unit only with units that were
//! assigned under the same weights. All readings here are therefore computed from [`Batch`]es.

pub mod bols;
pub mod eprocess;
pub mod guardrail;
pub mod ipw;
pub mod sizes;
pub mod thompson;

use crate::moments::Moments;
use sizes::Sizes;

/// Units that were assigned under one set of weights: those of one revision, past their window.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The weights in basis points, one per arm, as stored with the assignments. They sum to 10,000.
    pub weights: Vec<u32>,
    /// The number of each unit (1 or 0 for a binary goal), one entry per arm.
    pub arms: Vec<Moments>,
    /// The sizes of these numbers, one entry per arm. Only [`eprocess::evidence_of_numbers`] reads them; they may
    /// be missing for a binary goal.
    pub sizes: Vec<Sizes>,
}

/// The fewest units of a batch for each arm of the test. With fewer, too many batches leave an arm empty and give
/// no information.
pub const UNITS_PER_ARM: u64 = 10;

/// The reciprocal of the least share of all units so far that a batch has.
const LEAST_SHARE: u64 = 20;

/// Returns whether a batch of `batch` units has ended, when `all` units are assigned so far (those of the batch
/// included): with 10 units for each arm, and with 5 % of all.
///
/// Only counts end a batch. If outcomes did, through the weights that follow from them, a batch would go on until
/// they suit, and the readings that compare the units of a batch would err more often than stated.
#[must_use]
pub fn is_full(batch: u64, all: u64, arms: u64) -> bool {
    batch >= (UNITS_PER_ARM * arms).max(all.div_ceil(LEAST_SHARE))
}

/// Two arms of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    /// The probability of treatment for a unit of the two arms.
    pub share: f64,
    /// Control's units.
    pub control: &'a Moments,
    /// Treatment's units.
    pub treatment: &'a Moments,
}

impl Batch {
    /// Returns the arms numbered `control` and `treatment`, or None unless units were randomized between the
    /// two.
    pub(crate) fn pair(&self, control: usize, treatment: usize) -> Option<Pair<'_>> {
        let (a, b) = (*self.weights.get(control)?, *self.weights.get(treatment)?);
        if a == 0 || b == 0 || control == treatment {
            return None;
        }
        let share = f64::from(b) / (f64::from(a) + f64::from(b));
        Some(Pair { share, control: self.arms.get(control)?, treatment: self.arms.get(treatment)? })
    }
}

/// The measurement of a goal per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Whether it converted.
    Binary,
    /// How often, or how much.
    Number,
    /// One total over another.
    Ratio,
}

/// The most arms of an adaptive test.
pub const MOST_ARMS: usize = 5;

/// The reason why a test cannot use adaptive allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The primary goal is a ratio.
    Measure,
    /// There is one arm, or more than [`MOST_ARMS`].
    Arms,
}

impl Refusal {
    /// Returns the reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Measure => {
                "its primary goal must be binary, a count or a sum: for ratios, simulations do not show that the \
                 readings of an adaptive test keep their error rate. Choose the numerator as primary goal, or \
                 the mode fixed"
            }
            Self::Arms => {
                "it must have two to five variants: for more, simulations do not show that the readings of an \
                 adaptive test keep their error rate. Leave out variants, or choose the mode fixed"
            }
        }
    }
}

/// Checks whether the readings of an adaptive test with this primary goal and number of arms keep their error
/// rate in simulation (`make calibrate FAMILIES=adaptive`).
///
/// # Errors
/// Returns the [`Refusal`] when simulations do not show it.
pub fn calibrated(measure: Measure, arms: usize) -> Result<(), Refusal> {
    match measure {
        Measure::Ratio => Err(Refusal::Measure),
        Measure::Binary | Measure::Number if (2..=MOST_ARMS).contains(&arms) => Ok(()),
        Measure::Binary | Measure::Number => Err(Refusal::Arms),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
pub(crate) fn count(moments: &Moments) -> f64 {
    moments.units() as f64
}

#[cfg(test)]
pub(crate) mod testing {
    //! Batches of binary outcomes.

    use super::{Batch, Moments};

    /// Returns the moments of `units` units. The first `converted` of them converted.
    pub fn arm(units: u32, converted: u32) -> Moments {
        let mut moments = Moments::default();
        for unit in 0..units {
            moments.add(f64::from(u8::from(unit < converted)));
        }
        moments
    }

    /// Returns two arms at treatment's weight, with units and converted units of control, then of treatment.
    pub fn batch(weight: u32, control: (u32, u32), treatment: (u32, u32)) -> Batch {
        let arms = vec![arm(control.0, control.1), arm(treatment.0, treatment.1)];
        Batch { weights: vec![10_000 - weight, weight], arms, sizes: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_to_five_arms_of_a_binary_goal_a_count_or_a_sum_are_calibrated() {
        for arms in 2..=5 {
            for measure in [Measure::Binary, Measure::Number] {
                assert_eq!(calibrated(measure, arms), Ok(()));
            }
            assert_eq!(calibrated(Measure::Ratio, arms), Err(Refusal::Measure));
        }
        for arms in [1, 6] {
            assert_eq!(calibrated(Measure::Binary, arms), Err(Refusal::Arms));
        }
        for refusal in [Refusal::Measure, Refusal::Arms] {
            assert!(refusal.reason().contains("simulations do not show"));
        }
    }

    #[test]
    fn a_batch_ends_by_counts_of_units_alone() {
        assert!(!is_full(19, 19, 2) && is_full(20, 20, 2) && !is_full(20, 20, 3) && is_full(50, 50, 5));
        assert!(is_full(20, 400, 2) && !is_full(20, 401, 2) && is_full(21, 401, 2));
    }

    #[test]
    fn arms_without_randomization_between_them_are_not_a_pair() {
        let batch = testing::batch(10_000, (0, 0), (9, 3));
        assert!(batch.pair(0, 1).is_none() && batch.pair(1, 1).is_none() && batch.pair(0, 2).is_none());
        let batch = testing::batch(2_500, (9, 3), (3, 1));
        assert!((batch.pair(0, 1).unwrap().share - 0.25).abs() < 1e-15);
        assert!((batch.pair(1, 0).unwrap().share - 0.75).abs() < 1e-15);
    }
}
