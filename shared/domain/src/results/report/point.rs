//! A report as a past point: its counts and comparisons, in a short form, because a response contains a
//! series of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Report;
use crate::clock::Timestamp;
use crate::experiment::{GoalKey, VariantKey};
use crate::results::reading::goal::GoalReport;
use crate::results::reading::interval::Interval;

/// The part of a report that is stored when the next report replaces it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When the rows were read.
    pub as_of: Timestamp,
    /// Units in each arm.
    pub units: BTreeMap<VariantKey, u64>,
    /// One entry per goal.
    pub goals: Vec<PastGoal>,
}

/// One goal at a past moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastGoal {
    /// Its key.
    pub goal: GoalKey,
    /// Each arm by itself.
    pub arms: Vec<PastArm>,
    /// Each other arm compared with control.
    pub comparisons: Vec<PastComparison>,
}

/// One goal in one arm at a past moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastArm {
    /// The arm.
    pub variant: VariantKey,
    /// Units assigned to it.
    pub units: u64,
    /// Units with at least one outcome in their window.
    pub converted: u64,
    /// The mean per unit, or the ratio; None without units.
    pub mean: Option<f64>,
}

/// One arm compared with control at a past moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PastComparison {
    /// The arm.
    pub variant: VariantKey,
    /// The difference of means per unit, or of ratios.
    pub absolute: Interval,
    /// Two-sided p-value of no difference.
    pub p_value: Option<f64>,
}

impl Report {
    /// Returns the report as a past point.
    #[must_use]
    pub fn point(&self) -> Point {
        let goals = self.goals.iter().map(PastGoal::from).collect();
        Point { as_of: self.as_of, units: self.units.clone(), goals }
    }
}

impl From<&GoalReport> for PastGoal {
    fn from(goal: &GoalReport) -> Self {
        let arms = goal.arms.iter().map(|own| PastArm {
            variant: own.variant.clone(),
            units: own.units,
            converted: own.converted,
            mean: own.mean,
        });
        let comparisons = goal.comparisons.iter().map(|own| PastComparison {
            variant: own.variant.clone(),
            absolute: own.absolute,
            p_value: own.p_value,
        });
        Self { goal: goal.goal.clone(), arms: arms.collect(), comparisons: comparisons.collect() }
    }
}
