//! Tests whose weights follow their outcomes, and the readings that are valid for them.
//!
//! When weights follow the outcomes, pooled readings are not valid: if the base rate drifts, the arm that got
//! most units in good weeks appears to be better. A valid reading compares a unit only with units that were
//! assigned under the same weights. All readings here are therefore computed from [`Batch`]es.

pub mod bols;
pub mod eprocess;
pub mod ipw;
pub mod thompson;

use crate::moments::Moments;

/// Units that were assigned under one set of weights: those of one revision, past their window.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The weights in basis points, one per arm, as stored with the assignments. They sum to 10,000.
    pub weights: Vec<u32>,
    /// The number of each unit (1 or 0 for a binary goal), one entry per arm.
    pub arms: Vec<Moments>,
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

/// The reason why a test cannot use adaptive allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The primary goal is not binary.
    Measure,
    /// There are more or fewer arms than two.
    Arms,
}

impl Refusal {
    /// Returns the reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Measure => {
                "adaptive allocation requires a binary primary goal: for amounts and ratios, simulations do \
                 not show that the readings of an adaptive test keep their error rate in small batches"
            }
            Self::Arms => {
                "adaptive allocation requires exactly two variants: for more, simulations do not show that \
                 the readings of an adaptive test keep their error rate"
            }
        }
    }
}

/// Checks whether the readings of an adaptive test with this primary goal and number of arms keep their error
/// rate in simulation (`cargo run --release -p calibrate -- adaptive`).
///
/// # Errors
/// Returns the [`Refusal`] when simulations do not show it.
pub fn calibrated(measure: Measure, arms: usize) -> Result<(), Refusal> {
    match (measure, arms) {
        (Measure::Binary, 2) => Ok(()),
        (Measure::Binary, _) => Err(Refusal::Arms),
        _ => Err(Refusal::Measure),
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
        Batch { weights: vec![10_000 - weight, weight], arms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_arms_of_a_binary_goal_are_calibrated() {
        assert_eq!(calibrated(Measure::Binary, 2), Ok(()));
        for (measure, arms, refusal) in [
            (Measure::Binary, 1, Refusal::Arms),
            (Measure::Binary, 3, Refusal::Arms),
            (Measure::Number, 2, Refusal::Measure),
            (Measure::Ratio, 2, Refusal::Measure),
        ] {
            assert_eq!(calibrated(measure, arms), Err(refusal));
            assert!(refusal.reason().contains("simulations do not show"));
        }
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
