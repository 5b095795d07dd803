//! The primary goal by the values of a declared attribute. Whoever looks at many values finds some that
//! stand out by chance alone, so the p-values are corrected for how many there are.

use bellwether_stats::delta;
use bellwether_stats::families::holm;
use bellwether_stats::sample::{Contrast, Sample};
use bellwether_stats::srm::{self, Stratum};
use bellwether_stats::welch::Difference;
use serde::Serialize;

use super::comparison::Interval;
use super::readings::ALPHA;
use super::segments::{Count, Segments};
use crate::experiment::definition::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, VariantKey};

/// Counts by the values of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentReport {
    /// The attribute.
    pub attribute: AttributeName,
    /// Its values, the first 200 in the order of their bytes.
    pub values: Vec<SegmentValue>,
    /// All other values together.
    pub others: Vec<SegmentArm>,
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
    /// The primary goal's difference to control for a planned stop; null for control, for adaptive
    /// tests, and with too few units.
    pub absolute: Option<Interval>,
    /// Its two-sided p-value, corrected for all values and arms of the attribute (Holm).
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
        let mut p_values = Vec::new();
        let mut arms = |counts: &[Count]| arms(test, counts, &mut p_values);
        let mut values: Vec<_> = found
            .values
            .iter()
            .map(|(value, counts)| SegmentValue {
                value: value.clone(),
                sample_ratio_p: sample_ratio(test, counts),
                arms: arms(counts),
            })
            .collect();
        let mut others = arms(&found.others);
        let all = values.iter_mut().flat_map(|value| &mut value.arms).chain(&mut others);
        let compared = all.filter(|arm| Some(&arm.variant) != test.control());
        for (arm, corrected) in compared.zip(holm(&p_values)) {
            arm.corrected_p = corrected;
        }
        Self { attribute: name.clone(), values, others }
    }
}

fn arms(test: &Experiment, counts: &[Count], p_values: &mut Vec<Option<f64>>) -> Vec<SegmentArm> {
    let variants = &test.definition.variants;
    let goal = test.definition.goals.iter().find(|goal| goal.role == Role::Primary);
    let control = variants.iter().position(|variant| variant.is_control).and_then(|at| counts.get(at));
    let of = |(variant, count): (&crate::experiment::Variant, &Count)| {
        let fixed = test.definition.allocation.mode != Mode::Adaptive && !variant.is_control;
        let found =
            goal.zip(control).filter(|_| fixed).and_then(|(goal, control)| difference(goal, control, count));
        if !variant.is_control {
            p_values.push(found.map(|found| found.p_value));
        }
        SegmentArm {
            variant: variant.key.clone(),
            units: count.units,
            converted: count.converted,
            absolute: found.map(Interval::from),
            corrected_p: None,
        }
    };
    variants.iter().zip(counts).map(of).collect()
}

fn difference(goal: &Goal, control: &Count, treatment: &Count) -> Option<Difference> {
    let sample = |count: &Count| -> Option<Sample> {
        if goal.kind == Kind::Ratio { delta::sample(&count.paired) } else { count.paired.x().sample() }
    };
    Difference::new(&Contrast::separate(&sample(control)?, &sample(treatment)?)?, ALPHA)
}

fn sample_ratio(test: &Experiment, counts: &[Count]) -> Option<f64> {
    let [weighting] = test.weightings.as_slice() else { return None };
    let units: Vec<u64> = counts.iter().map(|count| count.units).collect();
    let weights = weighting.weights.iter().map(|weight| weight.get()).collect();
    srm::p_value(&[Stratum { weights, units: &units }])
}
