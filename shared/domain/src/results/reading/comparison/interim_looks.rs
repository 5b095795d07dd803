//! The interim looks at a comparison, as reports show them.

use serde::{Deserialize, Serialize};
use stats::rerandomization::family::{Decided, Watch};
use stats::rerandomization::stopped::Side;
use stats::spending::Spending;

use super::Shown;

/// The interim looks at a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InterimLooks {
    /// Their number.
    pub looks: u32,
    /// The units at the last look, each counted by the share of its window that had passed, divided by the planned
    /// units: 1 at the plan.
    pub information: f64,
    /// The share of the error rate that is spent: 0 to 5 %.
    pub spent: f64,
    /// The p-value of the last look by itself or, after a decision, of the look that decided. The comparison is decided
    /// at the first look at which it is at most `spent`. Null while an arm has fewer than 10 units.
    pub p_value: Option<f64>,
    /// The decision. No later look changes it.
    pub decision: Option<Decision>,
}

/// The decision on a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The direction.
    pub direction: Shown,
    /// The number of the look, from 1.
    pub look: u32,
    /// The information at that look.
    pub information: f64,
    /// The p-value at that look.
    pub p_value: f64,
}

impl InterimLooks {
    /// Reads a comparison that is not corrected for others.
    pub(in crate::results) fn of(watch: &Watch, spending: Spending) -> Self {
        let level = watch.levels.first();
        Self {
            looks: watch.looks,
            information: watch.information,
            spent: spending.spent(watch.information),
            p_value: level.and_then(|level| level.p_value),
            decision: level.and_then(|level| level.decided).map(Decision::from),
        }
    }
}

impl From<Decided> for Decision {
    fn from(decided: Decided) -> Self {
        let Decided { look, information, p_value, .. } = decided;
        Self { direction: decided.side.into(), look, information, p_value }
    }
}

impl From<Side> for Shown {
    fn from(side: Side) -> Self {
        match side {
            Side::Higher => Self::Higher,
            Side::Lower => Self::Lower,
        }
    }
}
