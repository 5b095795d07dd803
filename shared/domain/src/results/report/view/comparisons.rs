//! A comparison of a goal in a response.

use serde::Serialize;

use crate::experiment::VariantKey;
use crate::results::looks::stored::Approximation;
use crate::results::reading::betting::Betting;
use crate::results::reading::comparison::{
    AdjustedReading, Bayesian, Comparison, Decision, FixedHorizon, Guarded, InterimLooks, Shown,
};
use crate::results::reading::interval::Interval;
use crate::results::reading::method::{IntervalMethod, Method, PValueMethod};

/// An arm compared with control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ComparisonView<'a> {
    variant: &'a VariantKey,
    method: Method,
    absolute: IntervalView,
    relative: IntervalView,
    p_value: Option<f64>,
    shown: Option<Shown>,
    interim_looks: Option<InterimLooksView>,
    approximate: Option<Approximation>,
    corrected_p: Option<f64>,
    fixed_horizon: Option<FixedHorizonView>,
    bayesian: Option<BayesianView>,
    betting: Option<BettingView>,
    adjusted: Option<AdjustedView>,
    guardrail: Option<GuardrailView>,
    warnings: &'a [String],
}

/// An estimate and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct IntervalView {
    estimate: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct InterimLooksView {
    looks: u32,
    information: f64,
    spent: f64,
    p_value: Option<f64>,
    decision: Option<DecisionView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct DecisionView {
    direction: Shown,
    look: u32,
    information: f64,
    p_value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct FixedHorizonView {
    method: IntervalMethod,
    absolute: IntervalView,
    relative: IntervalView,
    p_value: f64,
    test: PValueMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct BayesianView {
    beats_control: f64,
    expected_loss: f64,
    absolute: IntervalView,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct BettingView {
    e_value: f64,
    p_value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct AdjustedView {
    fixed_horizon: IntervalView,
    variance_saved: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct GuardrailView {
    margin: f64,
    met_p: f64,
    broken_p: f64,
}

impl<'a> From<&'a Comparison> for ComparisonView<'a> {
    fn from(own: &'a Comparison) -> Self {
        Self {
            variant: &own.variant,
            method: own.method,
            absolute: own.absolute.into(),
            relative: own.relative.into(),
            p_value: own.p_value,
            shown: own.shown,
            interim_looks: own.interim_looks.map(InterimLooksView::from),
            approximate: own.approximate,
            corrected_p: own.corrected_p,
            fixed_horizon: own.fixed_horizon.map(FixedHorizonView::from),
            bayesian: own.bayesian.map(BayesianView::from),
            betting: own.betting.map(BettingView::from),
            adjusted: own.adjusted.map(AdjustedView::from),
            guardrail: own.guardrail.map(GuardrailView::from),
            warnings: &own.warnings,
        }
    }
}

impl From<Interval> for IntervalView {
    fn from(own: Interval) -> Self {
        Self { estimate: own.estimate, low: own.low, high: own.high }
    }
}

impl From<InterimLooks> for InterimLooksView {
    fn from(own: InterimLooks) -> Self {
        let InterimLooks { looks, information, spent, p_value, decision } = own;
        Self { looks, information, spent, p_value, decision: decision.map(DecisionView::from) }
    }
}

impl From<Decision> for DecisionView {
    fn from(own: Decision) -> Self {
        let Decision { direction, look, information, p_value } = own;
        Self { direction, look, information, p_value }
    }
}

impl From<FixedHorizon> for FixedHorizonView {
    fn from(own: FixedHorizon) -> Self {
        let (absolute, relative) = (own.absolute.into(), own.relative.into());
        Self { method: own.method, absolute, relative, p_value: own.p_value, test: own.test }
    }
}

impl From<Bayesian> for BayesianView {
    fn from(own: Bayesian) -> Self {
        let absolute = own.absolute.into();
        Self { beats_control: own.beats_control, expected_loss: own.expected_loss, absolute }
    }
}

impl From<Betting> for BettingView {
    fn from(own: Betting) -> Self {
        Self { e_value: own.e_value, p_value: own.p_value }
    }
}

impl From<AdjustedReading> for AdjustedView {
    fn from(own: AdjustedReading) -> Self {
        Self { fixed_horizon: own.fixed_horizon.into(), variance_saved: own.variance_saved }
    }
}

impl From<Guarded> for GuardrailView {
    fn from(own: Guarded) -> Self {
        Self { margin: own.margin, met_p: own.met_p, broken_p: own.broken_p }
    }
}
