//! A goal in a response.

use serde::Serialize;

use super::comparisons::ComparisonView;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{GoalKey, VariantKey};
use crate::results::reading::arm::ArmReport;
use crate::results::reading::goal::GoalReport;

/// One goal in all arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct GoalView<'a> {
    goal: &'a GoalKey,
    kind: Kind,
    role: Role,
    arms: Vec<ArmView<'a>>,
    comparisons: Vec<ComparisonView<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct ArmView<'a> {
    variant: &'a VariantKey,
    units: u64,
    converted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted: Option<u64>,
    total: f64,
    mean: Option<f64>,
    best: Option<f64>,
    expected_loss: Option<f64>,
}

impl<'a> From<&'a GoalReport> for GoalView<'a> {
    fn from(own: &'a GoalReport) -> Self {
        Self {
            goal: &own.goal,
            kind: own.kind,
            role: own.role,
            arms: own.arms.iter().map(ArmView::from).collect(),
            comparisons: own.comparisons.iter().map(ComparisonView::from).collect(),
        }
    }
}

impl<'a> From<&'a ArmReport> for ArmView<'a> {
    fn from(own: &'a ArmReport) -> Self {
        Self {
            variant: &own.variant,
            units: own.units,
            converted: own.converted,
            omitted: Some(own.omitted).filter(|units| *units > 0),
            total: own.total,
            mean: own.mean,
            best: own.best,
            expected_loss: own.expected_loss,
        }
    }
}
