//! What a reader of the results sees, made from totals.

use std::collections::BTreeMap;

use bellwether_stats::fieller::fieller;
use bellwether_stats::srm::{self, Stratum};
use bellwether_stats::welch::welch;
use serde::Serialize;

use super::fold::{GoalTotals, Totals};
use super::segments::{Count, Segments};
use super::verdict::Verdict;
use crate::clock::Timestamp;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, ExperimentId, GoalKey, Status, Variant, VariantKey};

/// The level of every interval: 95 %.
const ALPHA: f64 = 0.05;

/// The results of one phase of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Of which test.
    pub test_id: ExperimentId,
    /// Of which phase.
    pub phase: u32,
    /// Where the test stands.
    pub status: Status,
    /// When the rows were read.
    pub as_of: Timestamp,
    /// Units in each arm.
    pub units: BTreeMap<VariantKey, u64>,
    /// Whether units fell into the arms as the weights say.
    pub sample_ratio: SampleRatio,
    /// One entry a goal.
    pub goals: Vec<GoalReport>,
    /// One entry a declared segment attribute.
    pub segments: Vec<SegmentReport>,
    /// What to do now.
    pub verdict: Verdict,
}

/// A report's counts and comparisons, as a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point<'a> {
    as_of: Timestamp,
    units: &'a BTreeMap<VariantKey, u64>,
    goals: &'a [GoalReport],
}

/// The sample-ratio check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleRatio {
    /// Chi-square p-value; null while there are too few units to say.
    pub p: Option<f64>,
    /// False when p is under 0.001.
    pub ok: bool,
}

/// One goal in all arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalReport {
    /// Its key.
    pub goal: GoalKey,
    /// What it measures.
    pub kind: Kind,
    /// What it is for.
    pub role: Role,
    /// Each arm by itself.
    pub arms: Vec<ArmReport>,
    /// Each other arm against control.
    pub comparisons: Vec<Comparison>,
}

/// One goal in one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmReport {
    /// The arm.
    pub variant: VariantKey,
    /// Units assigned to it.
    pub units: u64,
    /// Units with at least one outcome in their window.
    pub converted: u64,
    /// The sum over units.
    pub total: f64,
    /// The mean per unit; null without units.
    pub mean: Option<f64>,
}

/// One arm against control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The arm.
    pub variant: VariantKey,
    /// How `absolute` and `p_value` were computed.
    pub method: &'static str,
    /// The difference of means per unit.
    pub absolute: Interval,
    /// The same as a share of control's mean (0.1 is 10 % more), by Fieller's interval. Without
    /// bounds the baseline is too low for a percentage: read the absolute difference.
    pub relative: Interval,
    /// Two-sided p-value for a planned stop; null when there is too little to compare.
    pub p_value: Option<f64>,
}

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
    /// Each arm.
    pub arms: Vec<SegmentArm>,
}

/// The units of one arm that have a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentArm {
    /// The arm.
    pub variant: VariantKey,
    /// Its units with this value.
    pub units: u64,
    /// Those that converted to the primary goal.
    pub converted: u64,
}

/// An estimate and its 95 % interval; null where there is too little to compute it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Report {
    /// Reads the totals of the test's present phase.
    #[must_use]
    pub fn new(test: &Experiment, totals: &Totals, as_of: Timestamp) -> Self {
        let variants = &test.definition.variants;
        let strata: Vec<_> = test
            .weightings
            .iter()
            .zip(&totals.strata)
            .map(|(weighting, units)| Stratum {
                weights: weighting.weights.iter().map(|weight| weight.get()).collect(),
                units,
            })
            .collect();
        let p = srm::p_value(&strata);
        let sample_ratio = SampleRatio { p, ok: p.is_none_or(|p| p >= srm::THRESHOLD) };
        let units = variants.iter().zip(&totals.arms).map(|(v, arm)| (v.key.clone(), arm.units));
        let goals = test.definition.goals.iter().enumerate();
        Self {
            test_id: test.definition.test_id.clone(),
            phase: test.phase,
            status: test.status,
            as_of,
            units: units.collect(),
            sample_ratio,
            goals: goals.map(|(index, goal)| goal_report(test, totals, index, goal)).collect(),
            segments: segment_reports(test, totals),
            verdict: Verdict::new(test, totals, sample_ratio),
        }
    }
}

impl Report {
    /// What is kept of a report when the next one replaces it.
    #[must_use]
    pub fn point(&self) -> Point<'_> {
        Point { as_of: self.as_of, units: &self.units, goals: &self.goals }
    }
}

fn goal_report(test: &Experiment, totals: &Totals, index: usize, goal: &Goal) -> GoalReport {
    let own: Vec<(&VariantKey, &GoalTotals)> = test
        .definition
        .variants
        .iter()
        .zip(&totals.arms)
        .map(|(variant, arm)| (&variant.key, &arm.goals[index]))
        .collect();
    let control = own.iter().find(|(key, _)| Some(*key) == test.control()).map(|(_, totals)| *totals);
    let others = own.iter().filter(|(key, _)| Some(*key) != test.control());
    GoalReport {
        goal: goal.key.clone(),
        kind: goal.kind,
        role: goal.role,
        arms: own.iter().map(|(key, totals)| arm_report(goal.kind, key, totals)).collect(),
        comparisons: others.filter_map(|(key, totals)| Some(comparison(key, control?, totals))).collect(),
    }
}

fn arm_report(kind: Kind, variant: &VariantKey, totals: &GoalTotals) -> ArmReport {
    let units = totals.moments.units();
    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 units")]
    let converted = totals.converted as f64;
    ArmReport {
        variant: variant.clone(),
        units,
        converted: totals.converted,
        total: if kind == Kind::Binary { converted } else { totals.moments.total() },
        mean: (units > 0).then(|| totals.moments.mean()),
    }
}

fn comparison(variant: &VariantKey, control: &GoalTotals, treatment: &GoalTotals) -> Comparison {
    let found = welch(&control.moments, &treatment.moments, ALPHA);
    let relative = fieller(&control.moments, &treatment.moments, found, ALPHA);
    let bounds = relative.and_then(|r| r.interval);
    let both = control.moments.units() > 0 && treatment.moments.units() > 0;
    Comparison {
        variant: variant.clone(),
        method: "welch",
        absolute: Interval {
            estimate: both.then(|| treatment.moments.mean() - control.moments.mean()),
            low: found.map(|d| d.low),
            high: found.map(|d| d.high),
        },
        relative: Interval {
            estimate: relative.map(|r| r.estimate),
            low: bounds.map(|(low, _)| low),
            high: bounds.map(|(_, high)| high),
        },
        p_value: found.map(|d| d.p_value),
    }
}

fn segment_reports(test: &Experiment, totals: &Totals) -> Vec<SegmentReport> {
    let arms = |counts: &[Count]| {
        let of = |(v, count): (&Variant, &Count)| SegmentArm {
            variant: v.key.clone(),
            units: count.units,
            converted: count.converted,
        };
        test.definition.variants.iter().zip(counts).map(of).collect::<Vec<_>>()
    };
    let of = |(name, found): (&AttributeName, &Segments)| SegmentReport {
        attribute: name.clone(),
        values: found
            .values
            .iter()
            .map(|(value, counts)| SegmentValue { value: value.clone(), arms: arms(counts) })
            .collect(),
        others: arms(&found.others),
    };
    test.definition.segments.iter().zip(&totals.segments).map(of).collect()
}
