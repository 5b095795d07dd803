//! The body of `POST /plan`, with the limit of each field.

use serde::{Deserialize, Serialize};
use stats::spending;
use validator::Validate;

use crate::experiment::goal::Kind;

/// `POST /plan`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    pub(super) kind: Kind,
    #[validate(range(min = 0.0, max = 1e12, message = "must be 0 to 1e12"))]
    pub(super) baseline: f64,
    #[validate(range(exclusive_min = 0.0, max = 1e12, message = "must be above 0 and at most 1e12"))]
    pub(super) deviation: Option<f64>,
    #[validate(range(min = 1.0, max = 1e9, message = "must be 1 to 1e9"))]
    pub(super) size: Option<f64>,
    #[validate(range(min = 0.0, max = 1.0, message = "must be 0 to 1"))]
    pub(super) correlation: Option<f64>,
    #[validate(range(min = -1e12, max = 1e12, message = "must be -1e12 to 1e12"))]
    pub(super) effect: Option<f64>,
    #[validate(range(min = -1.0, max = 1e6, message = "must be -1 to 1e6, where 0.1 is 10 % more than control"))]
    pub(super) relative_effect: Option<f64>,
    #[validate(range(min = 2, max = 10_000_000, message = "must be 2 to 10000000 units"))]
    pub(super) planned_units: Option<u32>,
    #[serde(default = "halves")]
    #[validate(length(min = 2, max = 20, message = "must contain 2 to 20 weights"))]
    pub(super) weights: Vec<u32>,
    #[validate(range(exclusive_min = 0.0, max = 1e7, message = "must be above 0 and at most 1e7"))]
    pub(super) units_per_day: Option<f64>,
    #[validate(range(min = 10, max = 1_000, message = "must be 10 to 1000 units"))]
    pub(super) known_units: Option<u32>,
    #[serde(default = "usual")]
    #[validate(range(min = 0.5, max = 0.99, message = "must be 0.5 to 0.99"))]
    pub(super) power: f64,
    #[serde(default)]
    pub(super) spending: Spending,
    #[serde(default)]
    pub(super) hypothesis: Hypothesis,
    #[serde(default = "quarter")]
    #[validate(range(min = 1, max = 365, message = "must be 1 to 365 days"))]
    pub(super) window_days: u32,
}

/// How the error rate is spent, on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Spending {
    /// In proportion to the information.
    Early,
    /// In proportion to its square.
    #[default]
    Even,
    /// In proportion to its cube.
    Late,
}

/// The difference that the test looks for, on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Hypothesis {
    /// In either direction.
    #[default]
    Different,
    /// Treatment is greater than control.
    Greater,
    /// Treatment is less than control.
    Less,
}

impl From<Spending> for spending::Spending {
    fn from(own: Spending) -> Self {
        match own {
            Spending::Early => Self::Early,
            Spending::Even => Self::Even,
            Spending::Late => Self::Late,
        }
    }
}

impl From<Hypothesis> for spending::Hypothesis {
    fn from(own: Hypothesis) -> Self {
        match own {
            Hypothesis::Different => Self::Different,
            Hypothesis::Greater => Self::Greater,
            Hypothesis::Less => Self::Less,
        }
    }
}

fn halves() -> Vec<u32> {
    vec![5_000, 5_000]
}

fn usual() -> f64 {
    stats::planning::POWER
}

/// The default window of a goal.
fn quarter() -> u32 {
    90
}
