//! A past point in a response.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::point::{PastArm, PastComparison, PastGoal, Point};
use super::comparisons::IntervalView;
use crate::clock::Timestamp;
use crate::experiment::{GoalKey, VariantKey};

/// Counts and comparisons at a past moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PointView<'a> {
    as_of: Timestamp,
    units: &'a BTreeMap<VariantKey, u64>,
    goals: Vec<PastGoalView<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PastGoalView<'a> {
    goal: &'a GoalKey,
    arms: Vec<PastArmView<'a>>,
    comparisons: Vec<PastComparisonView<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct PastArmView<'a> {
    variant: &'a VariantKey,
    units: u64,
    converted: u64,
    mean: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct PastComparisonView<'a> {
    variant: &'a VariantKey,
    absolute: IntervalView,
    p_value: Option<f64>,
}

impl<'a> From<&'a Point> for PointView<'a> {
    fn from(own: &'a Point) -> Self {
        let goals = own.goals.iter().map(PastGoalView::from).collect();
        Self { as_of: own.as_of, units: &own.units, goals }
    }
}

impl<'a> From<&'a PastGoal> for PastGoalView<'a> {
    fn from(own: &'a PastGoal) -> Self {
        let arms = own.arms.iter().map(PastArmView::from).collect();
        let comparisons = own.comparisons.iter().map(PastComparisonView::from).collect();
        Self { goal: &own.goal, arms, comparisons }
    }
}

impl<'a> From<&'a PastArm> for PastArmView<'a> {
    fn from(own: &'a PastArm) -> Self {
        Self { variant: &own.variant, units: own.units, converted: own.converted, mean: own.mean }
    }
}

impl<'a> From<&'a PastComparison> for PastComparisonView<'a> {
    fn from(own: &'a PastComparison) -> Self {
        Self { variant: &own.variant, absolute: own.absolute.into(), p_value: own.p_value }
    }
}
