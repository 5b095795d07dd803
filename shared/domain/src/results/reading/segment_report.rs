//! The primary goal by the values of a declared attribute. Among many values, some stand out by chance alone,
//! so the p-values are corrected for their number.

use serde::{Deserialize, Serialize};
use stats::always_valid::{InterimLook, SequentialTest};
use stats::segments;
use stats::srm::{self, Stratum};

use super::changed_weights::changed_weights;
use super::interval::Interval;
use super::pair::ALPHA;
use super::plan::{MIN_PLANNED, USUAL_UNITS};
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, Variant, VariantKey};
use crate::results::counting::segment_counts::{SegmentCount, SegmentCounts};
use crate::results::counting::totals::Totals;

/// Counts by the values of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentReport {
    /// The attribute.
    pub attribute: AttributeName,
    /// Whether each arm's difference from control depends on the value.
    pub differs: Vec<Differs>,
    /// The values: the first 200 in byte order, or fewer in tests with many arms.
    pub values: Vec<SegmentValue>,
    /// All other values together.
    pub others: Vec<SegmentArm>,
}

/// Whether an arm's difference from control depends on the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Differs {
    /// The arm.
    pub variant: VariantKey,
    /// The p-value of "the difference is the same for all values". Null with fewer than two comparable
    /// values.
    pub p_value: Option<f64>,
}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentValue {
    /// The value as text.
    pub value: String,
    /// The p-value of the sample-ratio check of its units. Null when the weights have changed, or with too
    /// few units.
    pub sample_ratio_p: Option<f64>,
    /// Each arm.
    pub arms: Vec<SegmentArm>,
}

/// The units of one arm that have a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentArm {
    /// The variant.
    pub variant: VariantKey,
    /// Its units with this value.
    pub units: u64,
    /// Those that converted to the primary goal.
    pub converted: u64,
    /// The primary goal's difference from control. It is always valid, and the intervals of all values are
    /// valid together. Null for control, for ratios and adaptive tests, and below 10 units in an arm.
    pub absolute: Option<Interval>,
    /// Its two-sided p-value, corrected for all values of all attributes in all arms.
    pub corrected_p: Option<f64>,
}

impl SegmentReport {
    /// Returns the reports of all declared attributes. All values of all attributes in all arms are one
    /// family, because readers compare all of them.
    #[must_use]
    pub fn all(test: &Experiment, totals: &Totals) -> Vec<Self> {
        let segments = &totals.segments;
        let mut reports: Vec<_> = test
            .definition
            .segments
            .iter()
            .zip(segments)
            .map(|(name, found)| Self::plain(test, name, found))
            .collect();
        let Some(sequential_test) = sequential_test(test) else { return reports };
        let compared = || compared(test).filter(|_| changed_weights(test, totals).is_none());
        let mut family = Vec::new();
        for (control, arm) in compared() {
            for (report, found) in reports.iter_mut().zip(segments) {
                let own: Vec<_> = found
                    .values
                    .values()
                    .map(|counts| (*counts[control].paired.x(), *counts[arm].paired.x()))
                    .collect();
                let variant = test.definition.variants[arm].key.clone();
                report.differs.push(Differs {
                    variant,
                    p_value: segments::compare(&own, &sequential_test, ALPHA).same,
                });
                family.extend(own);
            }
        }
        let binary = primary(test).is_some_and(|goal| goal.kind == Kind::Binary);
        let mut differences = segments::compare(&family, &sequential_test, ALPHA).differences.into_iter();
        for (_, arm) in compared() {
            for value in reports.iter_mut().flat_map(|report| &mut report.values) {
                let found = differences.next().flatten();
                value.arms[arm].corrected_p = found.map(|found| found.p_value);
                value.arms[arm].absolute = found.map(|look| bounded(look, binary));
            }
        }
        reports
    }

    /// Returns the counts without readings.
    fn plain(test: &Experiment, name: &AttributeName, found: &SegmentCounts) -> Self {
        let arms = |counts: &[SegmentCount]| -> Vec<SegmentArm> {
            let both = test.definition.variants.iter().zip(counts);
            both.map(|(variant, count)| SegmentArm::of(variant, count)).collect()
        };
        let of = |((value, counts), sample_ratio_p): ((&String, &Vec<SegmentCount>), _)| SegmentValue {
            value: value.clone(),
            sample_ratio_p,
            arms: arms(counts),
        };
        let values = found.values.iter().zip(sample_ratios(test, found)).map(of).collect();
        Self { attribute: name.clone(), differs: Vec::new(), values, others: arms(&found.others) }
    }
}

impl SegmentArm {
    fn of(variant: &Variant, count: &SegmentCount) -> Self {
        let SegmentCount { units, converted, .. } = *count;
        Self { variant: variant.key.clone(), units, converted, absolute: None, corrected_p: None }
    }
}

fn primary(test: &Experiment) -> Option<&Goal> {
    test.definition.goals.iter().find(|goal| goal.role == Role::Primary)
}

/// Returns the sequential test of the values. It is most powerful at a quarter of the units of two arms, an
/// assumption that must not depend on the data.
fn sequential_test(test: &Experiment) -> Option<SequentialTest> {
    let units = f64::from(test.definition.planned_units.unwrap_or(USUAL_UNITS));
    let arms = f64::from(u32::try_from(test.definition.variants.len()).ok()?);
    SequentialTest::new(ALPHA, (units / (2.0 * arms)).max(MIN_PLANNED))
}

fn bounded(look: InterimLook, shares: bool) -> Interval {
    let most = if shares { 1.0 } else { f64::INFINITY };
    Interval::of(look.estimate, look.interval.map(|(low, high)| (low.max(-most), high.min(most))))
}

/// Returns control and each other arm by number. Empty when values cannot be compared: in adaptive tests, and
/// for a ratio.
fn compared(test: &Experiment) -> impl Iterator<Item = (usize, usize)> + '_ {
    let definition = &test.definition;
    let ratio = primary(test).is_some_and(|goal| goal.kind == Kind::Ratio);
    let plain = definition.allocation.mode != Mode::Adaptive && !ratio;
    let control = definition.variants.iter().position(|variant| variant.is_control).filter(|_| plain);
    let others = (0..definition.variants.len()).filter(move |arm| Some(*arm) != control);
    control.into_iter().flat_map(move |control| others.clone().map(move |arm| (control, arm)))
}

/// Returns the sample-ratio check of each value, corrected for the number of values. Empty after the weights
/// have changed, because the result would depend on when units were assigned.
fn sample_ratios(test: &Experiment, found: &SegmentCounts) -> Vec<Option<f64>> {
    let [weighting] = test.weightings.as_slice() else { return vec![None; found.values.len()] };
    let weights: Vec<u32> = weighting.weights.iter().map(|weight| weight.get()).collect();
    let units: Vec<Vec<u64>> =
        found.values.values().map(|counts| counts.iter().map(|count| count.units).collect()).collect();
    let of = |units| vec![Stratum { weights: weights.clone(), units }];
    srm::by_segment(&units.iter().map(|units| of(units.as_slice())).collect::<Vec<_>>())
}
