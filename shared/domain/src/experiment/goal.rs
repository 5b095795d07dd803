//! The goals of a test.

use serde::{Deserialize, Serialize};
use stats::spending::Hypothesis;

use super::GoalKey;

/// What a goal measures for each unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whether the unit converted.
    Binary,
    /// How often the unit converted.
    Count,
    /// The sum of the unit's values.
    Sum,
    /// The total of one declared goal over the total of another.
    Ratio,
}

/// The purpose of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The verdict is about this goal.
    Primary,
    /// The goal is reported next to the primary goal.
    #[default]
    Secondary,
    /// The goal must not get worse.
    Guardrail,
    /// The goal is only recorded, for example as a part of a ratio.
    None,
}

/// Whether higher or lower values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Higher values are better.
    #[default]
    Higher,
    /// Lower values are better.
    Lower,
}

/// One goal of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// The goal's name, unique in the test.
    pub key: GoalKey,
    /// What the goal measures.
    pub kind: Kind,
    /// The purpose of the goal.
    pub role: Role,
    /// The number of days after the assignment in which a unit's conversion counts, 1 to 365.
    pub window_days: u32,
    /// Whether higher or lower values are better.
    pub direction: Direction,
    /// The direction of the difference that the test looks for, as the arm compared with control.
    #[serde(default, skip_serializing_if = "is_two_sided")]
    pub hypothesis: Hypothesis,
    /// How much worse a guardrail's mean per unit may get; for guardrails only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// Whether outcomes that are recorded for all tests of the workspace count here. Not for ratios.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// The numerator and the denominator; for ratios only.
    #[serde(flatten)]
    pub parts: Option<Parts>,
}

/// The two goals of a ratio, each of kind count or sum. Their outcomes count within the ratio's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// The goal whose total is divided.
    pub numerator: GoalKey,
    /// The goal whose total it is divided by.
    pub denominator: GoalKey,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_two_sided(hypothesis: &Hypothesis) -> bool {
    *hypothesis == Hypothesis::Different
}

impl Goal {
    /// Returns the attribution window in milliseconds.
    #[must_use]
    pub fn window_ms(&self) -> i64 {
        i64::from(self.window_days) * 86_400_000
    }
}
