//! How a sequential test spends its error rate over the information fraction, and on which side.
//!
//! The information fraction is the number of units whose window has passed, with a unit within its window
//! counted in part, divided by the planned units. An alpha-spending function limits the probability that a
//! test without a difference has crossed its boundary by then. The number and the times of the interim looks
//! need not be known in advance. Source: Lan and DeMets 1983; the power functions of t are those of Kim and DeMets
//! 1987.
//!
//! Part of the error rate is kept for interim looks after the plan, so that a test that continues can still be decided.

use serde::{Deserialize, Serialize};

/// The error rate that is spent in all.
pub const LEVEL: f64 = 0.05;

/// How the error rate is spent over the information fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spending {
    /// In proportion to the information: differences are found early more often.
    Early,
    /// In proportion to the square of the information.
    #[default]
    Even,
    /// In proportion to the cube of the information: nearly the whole error rate is left for the plan.
    Late,
}

impl Spending {
    /// All values, in order.
    pub const ALL: [Self; 3] = [Self::Early, Self::Even, Self::Late];

    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Even => "even",
            Self::Late => "late",
        }
    }

    /// Returns how much of [`LEVEL`] is spent when the information fraction is `t`: 0 up to 0, never above
    /// [`LEVEL`], and never less for a greater `t`. `t` may exceed 1 and be infinite; a `t` that is not a
    /// number counts as 0.
    #[must_use]
    pub fn spent(self, t: f64) -> f64 {
        let (power, by_plan) = match self {
            Self::Early => (1, 0.04),
            Self::Even => (2, 0.04),
            Self::Late => (3, 0.045),
        };
        if t > 1.0 {
            by_plan + (LEVEL - by_plan) * (1.0 - t.powi(-2))
        } else {
            by_plan * t.max(0.0).powi(power)
        }
    }
}

/// The difference that a test looks for, as treatment compared with control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hypothesis {
    /// In either direction. Half of the error rate is for each.
    #[default]
    Different,
    /// Treatment is greater than control.
    Greater,
    /// Treatment is less than control.
    Less,
}

impl Hypothesis {
    /// All values, in order.
    pub const ALL: [Self; 3] = [Self::Different, Self::Greater, Self::Less];

    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Different => "different",
            Self::Greater => "greater",
            Self::Less => "less",
        }
    }

    /// Returns the share of the error rate for a treatment that is less than control.
    #[must_use]
    pub fn lower(self) -> f64 {
        match self {
            Self::Different => 0.5,
            Self::Greater => 0.0,
            Self::Less => 1.0,
        }
    }

    /// Returns the share of the error rate for a treatment that is greater than control.
    #[must_use]
    pub fn upper(self) -> f64 {
        1.0 - self.lower()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn up_to_the_plan_a_power_of_the_information_is_spent() {
        near(Spending::Early.spent(0.5), 0.02);
        near(Spending::Even.spent(0.5), 0.01);
        near(Spending::Late.spent(0.5), 0.045 / 8.0);
        near(Spending::Early.spent(1.0), 0.04);
        near(Spending::Even.spent(1.0), 0.04);
        near(Spending::Late.spent(1.0), 0.045);
    }

    #[test]
    fn after_the_plan_the_rest_is_spent_and_never_more() {
        near(Spending::Early.spent(2.0), 0.0475);
        near(Spending::Even.spent(2.0), 0.0475);
        near(Spending::Late.spent(2.0), 0.04875);
        for spending in Spending::ALL {
            near(spending.spent(f64::INFINITY), LEVEL);
            near(spending.spent(0.0), 0.0);
            near(spending.spent(-1.0), 0.0);
            near(spending.spent(f64::NAN), 0.0);
        }
    }

    proptest! {
        #[test]
        fn spending_never_falls(a in 0.0..5.0_f64, b in 0.0..5.0_f64) {
            for spending in Spending::ALL {
                let (less, more) = (spending.spent(a.min(b)), spending.spent(a.max(b)));
                prop_assert!((0.0..=LEVEL).contains(&less) && less <= more && more <= LEVEL);
            }
        }
    }

    #[test]
    fn the_sides_share_the_whole_error_rate() {
        for hypothesis in Hypothesis::ALL {
            near(hypothesis.lower() + hypothesis.upper(), 1.0);
        }
        near(Hypothesis::Greater.upper(), 1.0);
        near(Hypothesis::Less.lower(), 1.0);
    }
}
