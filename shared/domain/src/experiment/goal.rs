//! Outcomes a test is judged by.

use serde::{Deserialize, Serialize};

use super::GoalKey;

/// What a goal measures per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whether the unit converted at all.
    Binary,
    /// How often it did.
    Count,
    /// How much, summed.
    Sum,
    /// One declared goal's total over another's.
    Ratio,
}

/// What a goal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The one the verdict is about.
    Primary,
    /// Looked at too.
    #[default]
    Secondary,
    /// Must not get worse.
    Guardrail,
    /// Recorded only, for instance as a part of a ratio.
    None,
}

/// Which direction is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    #[default]
    Higher,
    /// Less is better.
    Lower,
}

/// One outcome of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Its name, unique in the test.
    pub key: GoalKey,
    /// What it measures.
    pub kind: Kind,
    /// What it is for.
    pub role: Role,
    /// Days after its assignment in which a unit's conversion counts, 1 to 365.
    pub window_days: u32,
    /// Which direction is good.
    pub direction: Direction,
    /// By how much a guardrail's mean per unit may get worse; guardrails only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// What is divided by what; ratios only.
    #[serde(flatten)]
    pub parts: Option<Parts>,
}

/// The two goals of a ratio, each of kind count or sum. Their outcomes count in the ratio's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// What is divided.
    pub numerator: GoalKey,
    /// What it is divided by.
    pub denominator: GoalKey,
}

impl Goal {
    /// The attribution window in milliseconds.
    #[must_use]
    pub fn window_ms(&self) -> i64 {
        i64::from(self.window_days) * 86_400_000
    }
}
