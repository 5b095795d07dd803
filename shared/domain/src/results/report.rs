//! The results of a phase, computed from totals. [`stored`] defines the stored form of a report, [`point`] the
//! form of a past point, and [`view`] the response.

#[cfg(test)]
mod tests;

pub mod memory;
pub mod point;
pub mod stored;
pub mod view;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::memory::Memory;
use self::stored::StoredReport;
use crate::clock::Timestamp;
use crate::experiment::goal::Role;
use crate::experiment::{BasisPoints, Experiment, ExperimentId, Status, VariantKey};
use crate::results::counting::outcomes::OutcomeReport;
use crate::results::counting::totals::{Arm, Totals};
use crate::results::looks::Watched;
use crate::results::reading::chance::Allowance;
use crate::results::reading::goal::{GoalReport, correct};
use crate::results::reading::rerandomization::tested;
use crate::results::reading::sample_ratio::SampleRatio;
use crate::results::reading::segment_report::SegmentReport;
use crate::results::reading::warnings::{Code, Warning};
use crate::results::verdict::Verdict;
use crate::results::verdict::maturity::Maturity;
use crate::results::verdict::outlook::Outlook;
use crate::results::verdict::prospect::Now;

/// The results of one phase of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The test.
    pub test_id: ExperimentId,
    /// The phase.
    pub phase: u32,
    /// The status of the test.
    pub status: Status,
    /// When the rows were read.
    pub as_of: Timestamp,
    /// Units in each arm.
    pub units: BTreeMap<VariantKey, u64>,
    /// Units of each arm that have had an override since their assignment. They count in their assigned arm
    /// (intention to treat). Omitted from the response when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overridden_after_assignment: BTreeMap<VariantKey, u64>,
    /// Units of each arm that already had an override when they were assigned, by an instance that had not
    /// yet read it. They are not in `units`. Omitted from the response when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omitted: BTreeMap<VariantKey, u64>,
    /// Assignments to each arm of accounts that were assigned to different variants under several ids. These accounts
    /// are not in `units`. Omitted from the response when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub merged: BTreeMap<VariantKey, u64>,
    /// Units of each arm that were erased. They are not in `units`. Omitted from the response when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub erased: BTreeMap<VariantKey, u64>,
    /// Units of each arm that were reported to be shown their variant. They are in `units`, and no comparison depends on
    /// them (intention to treat). Omitted from the response when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed: BTreeMap<VariantKey, u64>,
    /// The current weights, in basis points.
    pub weights: BTreeMap<VariantKey, BasisPoints>,
    /// Whether the numbers of units in the arms match the weights.
    pub sample_ratio: SampleRatio,
    /// One entry per goal.
    pub goals: Vec<GoalReport>,
    /// What makes the readings less certain than they appear.
    pub warnings: Vec<Warning>,
    /// The counts of the recorded outcomes, with one entry per goal with recorded outcomes.
    pub outcomes: Vec<OutcomeReport>,
    /// One entry per declared segment attribute.
    pub segments: Vec<SegmentReport>,
    /// The number of units past their window, and when the test will have its planned units.
    pub maturity: Maturity,
    /// How many units the primary goal needs. Null when this cannot be computed.
    pub plan: Option<Outlook>,
    /// The recommendation.
    pub verdict: Verdict,
}

impl Report {
    /// Reads the totals of the test's current phase, with its draws and its looks so far. `before` is the last
    /// stored report. The lowest p-values of an e-process that it contains are kept. If it cannot be read, this
    /// report and all later ones contain a warning.
    #[must_use]
    pub fn new(
        test: &Experiment,
        totals: &Totals,
        as_of: Timestamp,
        before: Option<&StoredReport>,
        watched: &Watched,
    ) -> Self {
        let definition = &test.definition;
        let mut goals = goal_reports(test, totals, watched);
        let mut warnings = Warning::all(test, totals);
        let mut sample_ratio_before = None;
        match before.map(StoredReport::memory) {
            Some(Some(memory)) => {
                sample_ratio_before = memory.sample_ratio_p();
                memory.hand_on(&mut goals);
                warnings.extend(memory.restart());
            }
            Some(None) => warnings.push(Memory::lost(as_of)),
            None => {}
        }
        let is_warned = warnings.iter().any(|warning| warning.code == Code::SequentialRestarted);
        if watched.looks.are_lost() && !is_warned {
            warnings.push(Memory::lost(as_of));
        }
        correct(test, &watched.looks, &mut goals);
        let sample_ratio = SampleRatio::of(test, totals, sample_ratio_before);
        let maturity = Maturity::of(test, totals, as_of);
        let plan = Outlook::observed(test, totals, Now::of(test, totals, &maturity, as_of));
        let units = definition.variants.iter().zip(&totals.arms).map(|(v, arm)| (v.key.clone(), arm.units));
        Self {
            test_id: definition.test_id.clone(),
            phase: test.phase,
            status: test.status,
            as_of,
            units: units.collect(),
            overridden_after_assignment: some(test, totals, |arm| arm.overridden),
            omitted: some(test, totals, |arm| arm.omitted),
            merged: some(test, totals, |arm| arm.merged),
            erased: by_variant(test, totals.erased_by_arm()),
            exposed: by_variant(test, totals.exposed_by_arm()),
            weights: definition.variants.iter().map(|v| (v.key.clone(), v.weight)).collect(),
            sample_ratio,
            warnings,
            outcomes: OutcomeReport::all(test, &totals.outcomes),
            segments: SegmentReport::all(test, totals, &watched.looks),
            verdict: Verdict::new(test, totals, sample_ratio, &goals, plan.as_ref(), &maturity),
            maturity,
            goals,
            plan,
        }
    }
}

/// Returns all goals in their order. The primary goal is read first, while the budget is largest.
fn goal_reports(test: &Experiment, totals: &Totals, watched: &Watched) -> Vec<GoalReport> {
    let mut budget = Allowance::default();
    let rerandomized = tested(test, totals);
    let mut goals: Vec<_> = test.definition.goals.iter().enumerate().collect();
    goals.sort_by_key(|(_, goal)| goal.role != Role::Primary);
    let mut read: Vec<_> = goals
        .into_iter()
        .map(|(index, goal)| {
            let rerandomized = rerandomized.as_deref();
            (index, GoalReport::new(test, totals, index, goal, &mut budget, rerandomized, watched))
        })
        .collect();
    read.sort_by_key(|(index, _)| *index);
    read.into_iter().map(|(_, goal)| goal).collect()
}

/// Returns a count of the arms that have any.
fn some(test: &Experiment, totals: &Totals, count: fn(&Arm) -> u64) -> BTreeMap<VariantKey, u64> {
    by_variant(test, totals.arms.iter().map(count).collect())
}

/// Returns the counts of the arms that have any. `units` has one entry per arm.
fn by_variant(test: &Experiment, units: Vec<u64>) -> BTreeMap<VariantKey, u64> {
    let keys = test.definition.variants.iter().map(|variant| variant.key.clone());
    keys.zip(units).filter(|(_, units)| *units > 0).collect()
}
