//! The primary goal by the values of a declared attribute. Whoever looks at many values finds some that
//! stand out by chance alone, so the p-values are corrected for how many there are.

use bellwether_stats::segments;
use bellwether_stats::srm::{self, Stratum};
use serde::Serialize;

use super::comparison::Interval;
use super::readings::ALPHA;
use super::segments::{Count, Segments};
use crate::experiment::definition::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, Variant, VariantKey};

/// Counts by the values of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentReport {
    /// The attribute.
    pub attribute: AttributeName,
    /// Whether each arm's difference to control depends on the value at all.
    pub differs: Vec<Differs>,
    /// Its values, in the order of their bytes the first 200, or fewer in tests of many arms.
    pub values: Vec<SegmentValue>,
    /// All other values together.
    pub others: Vec<SegmentArm>,
}

/// Whether an arm's difference to control depends on the value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differs {
    /// The arm.
    pub variant: VariantKey,
    /// Of "it is the same for all values"; null with fewer than two that can be compared.
    pub p_value: Option<f64>,
}

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentValue {
    /// The value as text.
    pub value: String,
    /// Whether its units fell into the arms as the weights say; null when the weights have changed, or
    /// with too few units.
    pub sample_ratio_p: Option<f64>,
    /// Each arm.
    pub arms: Vec<SegmentArm>,
}

/// The units of one arm that have a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentArm {
    /// The variant.
    pub variant: VariantKey,
    /// Its units with this value.
    pub units: u64,
    /// Those that converted to the primary goal.
    pub converted: u64,
    /// The primary goal's difference to control for a planned stop; the intervals of all values hold
    /// together. Null for control, for ratios and adaptive tests, and below 10 units in an arm.
    pub absolute: Option<Interval>,
    /// Its two-sided p-value, corrected for all values of the attribute.
    pub corrected_p: Option<f64>,
}

impl SegmentReport {
    /// The reports of all declared attributes.
    #[must_use]
    pub fn all(test: &Experiment, segments: &[Segments]) -> Vec<Self> {
        test.definition
            .segments
            .iter()
            .zip(segments)
            .map(|(name, found)| Self::new(test, name, found))
            .collect()
    }

    fn new(test: &Experiment, name: &AttributeName, found: &Segments) -> Self {
        let plain = |counts: &[Count]| -> Vec<SegmentArm> {
            test.definition
                .variants
                .iter()
                .zip(counts)
                .map(|(variant, count)| SegmentArm::of(variant, count))
                .collect()
        };
        let of = |((value, counts), sample_ratio_p): ((&String, &Vec<Count>), _)| SegmentValue {
            value: value.clone(),
            sample_ratio_p,
            arms: plain(counts),
        };
        let mut values: Vec<_> = found.values.iter().zip(sample_ratios(test, found)).map(of).collect();
        let differs = compared(test).map(|(control, arm)| {
            let pairs: Vec<_> = found
                .values
                .values()
                .map(|counts| (*counts[control].paired.x(), *counts[arm].paired.x()))
                .collect();
            let segmented = segments::compare(&pairs, ALPHA);
            for (value, difference) in values.iter_mut().zip(segmented.differences) {
                value.arms[arm].corrected_p = difference.map(|found| found.p_value);
                value.arms[arm].absolute = difference.map(Interval::from);
            }
            Differs { variant: test.definition.variants[arm].key.clone(), p_value: segmented.same }
        });
        let differs = differs.collect();
        Self { attribute: name.clone(), differs, values, others: plain(&found.others) }
    }
}

impl SegmentArm {
    fn of(variant: &Variant, count: &Count) -> Self {
        let Count { units, converted, .. } = *count;
        Self { variant: variant.key.clone(), units, converted, absolute: None, corrected_p: None }
    }
}

/// Control and each other arm by number; nothing where values cannot be compared: in adaptive tests,
/// and for a ratio.
fn compared(test: &Experiment) -> impl Iterator<Item = (usize, usize)> + '_ {
    let definition = &test.definition;
    let ratio = definition.goals.iter().any(|goal| goal.role == Role::Primary && goal.kind == Kind::Ratio);
    let plain = definition.allocation.mode != Mode::Adaptive && !ratio;
    let control = definition.variants.iter().position(|variant| variant.is_control).filter(|_| plain);
    let others = (0..definition.variants.len()).filter(move |arm| Some(*arm) != control);
    control.into_iter().flat_map(move |control| others.clone().map(move |arm| (control, arm)))
}

/// The sample-ratio check of each value, corrected for how many there are; nothing once weights have
/// changed, for then it would matter who came when.
fn sample_ratios(test: &Experiment, found: &Segments) -> Vec<Option<f64>> {
    let [weighting] = test.weightings.as_slice() else { return vec![None; found.values.len()] };
    let weights: Vec<u32> = weighting.weights.iter().map(|weight| weight.get()).collect();
    let units: Vec<Vec<u64>> =
        found.values.values().map(|counts| counts.iter().map(|count| count.units).collect()).collect();
    let of = |units| vec![Stratum { weights: weights.clone(), units }];
    srm::by_segment(&units.iter().map(|units| of(units.as_slice())).collect::<Vec<_>>())
}
