//! A segment attribute in a response.

use serde::Serialize;

use super::comparisons::IntervalView;
use crate::experiment::VariantKey;
use crate::experiment::id::AttributeName;
use crate::results::reading::comparison::Shown;
use crate::results::reading::segment_report::{SegmentArm, SegmentReport, SegmentValue};

/// The values of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SegmentView<'a> {
    attribute: &'a AttributeName,
    values: Vec<SegmentValueView<'a>>,
    others: Vec<SegmentArmView<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct SegmentValueView<'a> {
    value: &'a str,
    sample_ratio_p: Option<f64>,
    arms: Vec<SegmentArmView<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct SegmentArmView<'a> {
    variant: &'a VariantKey,
    units: u64,
    converted: u64,
    absolute: Option<IntervalView>,
    shown: Option<Shown>,
    corrected_p: Option<f64>,
}

impl<'a> From<&'a SegmentReport> for SegmentView<'a> {
    fn from(own: &'a SegmentReport) -> Self {
        Self {
            attribute: &own.attribute,
            values: own.values.iter().map(SegmentValueView::from).collect(),
            others: own.others.iter().map(SegmentArmView::from).collect(),
        }
    }
}

impl<'a> From<&'a SegmentValue> for SegmentValueView<'a> {
    fn from(own: &'a SegmentValue) -> Self {
        let arms = own.arms.iter().map(SegmentArmView::from).collect();
        Self { value: &own.value, sample_ratio_p: own.sample_ratio_p, arms }
    }
}

impl<'a> From<&'a SegmentArm> for SegmentArmView<'a> {
    fn from(own: &'a SegmentArm) -> Self {
        Self {
            variant: &own.variant,
            units: own.units,
            converted: own.converted,
            absolute: own.absolute.map(IntervalView::from),
            shown: own.shown,
            corrected_p: own.corrected_p,
        }
    }
}
