//! The results of a phase, made from totals. How a report is kept: [`kept`]; as a past point: [`point`]; how it is
//! answered: [`view`].

#[cfg(test)]
mod tests;

pub mod kept;
pub mod memory;
pub mod point;
pub mod view;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::kept::Kept;
use self::memory::Memory;
use crate::clock::Timestamp;
use crate::experiment::goal::Role;
use crate::experiment::{BasisPoints, Experiment, ExperimentId, Status, VariantKey};
use crate::results::counting::outcomes::OutcomeReport;
use crate::results::counting::totals::{Arm, Totals};
use crate::results::reading::chance::Allowance;
use crate::results::reading::goal::{GoalReport, correct};
use crate::results::reading::rerandomization::tested;
use crate::results::reading::sample_ratio::SampleRatio;
use crate::results::reading::segment_report::SegmentReport;
use crate::results::reading::warnings::Warning;
use crate::results::verdict::Verdict;
use crate::results::verdict::maturity::Maturity;
use crate::results::verdict::outlook::Outlook;

/// The results of one phase of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Units of each arm that were given an override after they had been assigned: they count where they were
    /// drawn (intention to treat). Left out while there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overridden_after_assignment: BTreeMap<VariantKey, u64>,
    /// Units of each arm that had an override already when they were assigned by an instance that had not heard of
    /// it: they are not in `units`. Left out while there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omitted: BTreeMap<VariantKey, u64>,
    /// The weights now, in basis points.
    pub weights: BTreeMap<VariantKey, BasisPoints>,
    /// Whether units fell into the arms as the weights say.
    pub sample_ratio: SampleRatio,
    /// One entry a goal.
    pub goals: Vec<GoalReport>,
    /// What makes the readings less sure than they look.
    pub warnings: Vec<Warning>,
    /// What became of every recorded outcome; one entry a goal that outcomes are recorded for.
    pub outcomes: Vec<OutcomeReport>,
    /// One entry a declared segment attribute.
    pub segments: Vec<SegmentReport>,
    /// How many units are past their window, and when the planned ones will be in.
    pub maturity: Maturity,
    /// How many units the primary goal needs; null when that cannot be told.
    pub plan: Option<Outlook>,
    /// What to do now.
    pub verdict: Verdict,
}

impl Report {
    /// Reads the totals of the test's present phase. `before` is the report that was kept last: what it has shown
    /// stays shown. If that cannot be read any more, a warning says so from then on.
    #[must_use]
    pub fn new(test: &Experiment, totals: &Totals, as_of: Timestamp, before: Option<&Kept>) -> Self {
        let definition = &test.definition;
        let mut goals = goal_reports(test, totals);
        let mut warnings = Warning::all(test, totals);
        match before.map(Kept::memory) {
            Some(Some(memory)) => {
                memory.hand_on(&mut goals);
                warnings.extend(memory.restart());
            }
            Some(None) => warnings.push(Memory::lost(as_of)),
            None => {}
        }
        correct(&mut goals);
        let sample_ratio = SampleRatio::of(test, totals);
        let plan = Outlook::observed(test, totals);
        let maturity = Maturity::of(test, totals, as_of);
        let units = definition.variants.iter().zip(&totals.arms).map(|(v, arm)| (v.key.clone(), arm.units));
        Self {
            test_id: definition.test_id.clone(),
            phase: test.phase,
            status: test.status,
            as_of,
            units: units.collect(),
            overridden_after_assignment: some(test, totals, |arm| arm.overridden),
            omitted: some(test, totals, |arm| arm.omitted),
            weights: definition.variants.iter().map(|v| (v.key.clone(), v.weight)).collect(),
            sample_ratio,
            warnings,
            outcomes: OutcomeReport::all(test, &totals.outcomes),
            segments: SegmentReport::all(test, totals),
            verdict: Verdict::new(test, totals, sample_ratio, &goals, plan.as_ref(), &maturity),
            maturity,
            goals,
            plan,
        }
    }
}

/// All goals in their order; the primary one is read first, while there is most to spend.
fn goal_reports(test: &Experiment, totals: &Totals) -> Vec<GoalReport> {
    let mut budget = Allowance::default();
    let rerandomized = tested(test, totals);
    let mut goals: Vec<_> = test.definition.goals.iter().enumerate().collect();
    goals.sort_by_key(|(_, goal)| goal.role != Role::Primary);
    let mut read: Vec<_> = goals
        .into_iter()
        .map(|(index, goal)| {
            (index, GoalReport::new(test, totals, index, goal, &mut budget, rerandomized.as_deref()))
        })
        .collect();
    read.sort_by_key(|(index, _)| *index);
    read.into_iter().map(|(_, goal)| goal).collect()
}

/// A count of each arm that has some.
fn some(test: &Experiment, totals: &Totals, count: fn(&Arm) -> u64) -> BTreeMap<VariantKey, u64> {
    let arms = test.definition.variants.iter().zip(&totals.arms);
    arms.map(|(variant, arm)| (variant.key.clone(), count(arm))).filter(|(_, count)| *count > 0).collect()
}
