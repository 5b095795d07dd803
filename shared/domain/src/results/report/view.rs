//! A report in the response of `GET /tests/{test_id}/results`. Its fields are those of `openapi.yaml` and are
//! separate from the stored form, so that each can change without the other.

mod comparisons;
mod goals;
pub mod plan;
mod point;
mod segments;

use std::collections::BTreeMap;

use serde::Serialize;

use self::goals::GoalView;
use self::plan::PlanView;
use self::point::PointView;
use self::segments::SegmentView;
use super::Report;
use super::point::Point;
use crate::clock::Timestamp;
use crate::experiment::{BasisPoints, ExperimentId, GoalKey, Status, VariantKey};
use crate::results::counting::outcomes::{OutcomeReport, is_zero};
use crate::results::reading::sample_ratio::SampleRatio;
use crate::results::reading::warnings::{Code, Warning};
use crate::results::verdict::maturity::Maturity;
use crate::results::verdict::{Advice, Verdict};

/// The results of one phase, with the points of its past.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportView<'a> {
    test_id: &'a ExperimentId,
    phase: u32,
    status: Status,
    as_of: Timestamp,
    units: &'a BTreeMap<VariantKey, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    overridden_after_assignment: &'a BTreeMap<VariantKey, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    omitted: &'a BTreeMap<VariantKey, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    merged: &'a BTreeMap<VariantKey, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    erased: &'a BTreeMap<VariantKey, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exposed: &'a BTreeMap<VariantKey, u64>,
    weights: &'a BTreeMap<VariantKey, BasisPoints>,
    sample_ratio: SampleRatioView,
    goals: Vec<GoalView<'a>>,
    warnings: Vec<WarningView<'a>>,
    outcomes: Vec<OutcomesView<'a>>,
    segments: Vec<SegmentView<'a>>,
    maturity: MaturityView,
    plan: Option<PlanView>,
    verdict: VerdictView<'a>,
    series: Vec<PointView<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct SampleRatioView {
    e_value: Option<f64>,
    p: Option<f64>,
    ok: bool,
    fixed_horizon_p: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct WarningView<'a> {
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<&'a GoalKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a VariantKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    detail: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct OutcomesView<'a> {
    goal: &'a GoalKey,
    counted: u64,
    immature: u64,
    unknown_unit: u64,
    before_assignment: u64,
    after_window: u64,
    other_phase: u64,
    overridden: u64,
    #[serde(skip_serializing_if = "is_zero")]
    merged: u64,
    after_shipping: u64,
    #[serde(skip_serializing_if = "is_zero")]
    void: u64,
    #[serde(skip_serializing_if = "is_zero")]
    replaced: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct MaturityView {
    mature: u64,
    immature: u64,
    share: Option<f64>,
    units_per_day: Option<f64>,
    days_to_plan: Option<f64>,
    fixed_horizon_reached: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct VerdictView<'a> {
    decision: Advice,
    sentence: &'a str,
    reasons: &'a [String],
    no_difference_withheld: Option<&'a str>,
}

impl Report {
    /// Returns the report as a response, with past points of the same phase, oldest first.
    #[must_use]
    pub fn view<'a>(&'a self, series: &'a [Point]) -> ReportView<'a> {
        ReportView {
            test_id: &self.test_id,
            phase: self.phase,
            status: self.status,
            as_of: self.as_of,
            units: &self.units,
            overridden_after_assignment: &self.overridden_after_assignment,
            omitted: &self.omitted,
            merged: &self.merged,
            erased: &self.erased,
            exposed: &self.exposed,
            weights: &self.weights,
            sample_ratio: self.sample_ratio.into(),
            goals: self.goals.iter().map(GoalView::from).collect(),
            warnings: self.warnings.iter().map(WarningView::from).collect(),
            outcomes: self.outcomes.iter().map(OutcomesView::from).collect(),
            segments: self.segments.iter().map(SegmentView::from).collect(),
            maturity: self.maturity.into(),
            plan: self.plan.as_ref().map(PlanView::from),
            verdict: (&self.verdict).into(),
            series: series.iter().map(PointView::from).collect(),
        }
    }
}

impl From<SampleRatio> for SampleRatioView {
    fn from(own: SampleRatio) -> Self {
        Self { e_value: own.e_value(), p: own.p, ok: own.ok, fixed_horizon_p: own.fixed_horizon_p }
    }
}

impl<'a> From<&'a Warning> for WarningView<'a> {
    fn from(own: &'a Warning) -> Self {
        let (goal, variant) = (own.goal.as_ref(), own.variant.as_ref());
        Self { code: own.code, goal, variant, share: own.share, detail: &own.detail }
    }
}

impl<'a> From<&'a OutcomeReport> for OutcomesView<'a> {
    fn from(own: &'a OutcomeReport) -> Self {
        let tally = own.tally;
        Self {
            goal: &own.goal,
            counted: tally.counted,
            immature: tally.immature,
            unknown_unit: tally.unknown_unit,
            before_assignment: tally.before_assignment,
            after_window: tally.after_window,
            other_phase: tally.other_phase,
            overridden: tally.overridden,
            merged: tally.merged,
            after_shipping: tally.after_shipping,
            void: tally.void,
            replaced: tally.replaced,
        }
    }
}

impl From<Maturity> for MaturityView {
    fn from(own: Maturity) -> Self {
        Self {
            mature: own.mature,
            immature: own.immature,
            share: own.share,
            units_per_day: own.units_per_day,
            days_to_plan: own.days_to_plan,
            fixed_horizon_reached: own.fixed_horizon_reached,
        }
    }
}

impl<'a> From<&'a Verdict> for VerdictView<'a> {
    fn from(own: &'a Verdict) -> Self {
        Self {
            decision: own.decision,
            sentence: &own.sentence,
            reasons: &own.reasons,
            no_difference_withheld: own.no_difference_withheld.as_deref(),
        }
    }
}
