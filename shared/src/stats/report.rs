//! What a reader of the results sees, made from totals.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fold::{GoalTotals, Totals};
use super::mean::welch;
use super::srm::{self, Stratum};
use crate::clock::Timestamp;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::{Experiment, ExperimentId, GoalKey, Status, VariantKey};

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
    /// What to do now.
    pub verdict: Verdict,
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
    /// Two-sided p-value for a planned stop; null when there is too little to compare.
    pub p_value: Option<f64>,
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

/// What to do now, in a word and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub decision: Verdicts,
    /// The sentence.
    pub sentence: String,
    /// What it rests on.
    pub reasons: Vec<String>,
}

/// The words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdicts {
    /// Not enough is known.
    KeepRunning,
    /// Something is wrong with how units were assigned or counted.
    DoNotTrust,
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
            .map(|(weighting, units)| Stratum { weights: &weighting.weights, units })
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
            verdict: verdict(test, totals, sample_ratio),
        }
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
    let both = control.moments.units() > 0 && treatment.moments.units() > 0;
    Comparison {
        variant: variant.clone(),
        method: "welch",
        absolute: Interval {
            estimate: both.then(|| treatment.moments.mean() - control.moments.mean()),
            low: found.map(|d| d.low),
            high: found.map(|d| d.high),
        },
        p_value: found.map(|d| d.p_value),
    }
}

fn verdict(test: &Experiment, totals: &Totals, sample_ratio: SampleRatio) -> Verdict {
    let units = totals.units();
    if !sample_ratio.ok {
        let p = sample_ratio.p.unwrap_or_default();
        return Verdict {
            decision: Verdicts::DoNotTrust,
            sentence: "Do not trust these results: the units in the variants do not fit their weights."
                .to_owned(),
            reasons: vec![format!(
                "A split this far from the weights has a chance of {p:.2e}. Look for units that are \
                 lost, assigned twice or filtered after they were assigned."
            )],
        };
    }
    let planned = test.definition.planned_units.map_or_else(
        || "No number of units was planned.".to_owned(),
        |planned| format!("{units} of {planned} planned units are in the test."),
    );
    Verdict {
        decision: Verdicts::KeepRunning,
        sentence: format!("Keep running: units in the test so far: {units}."),
        reasons: vec![planned],
    }
}
