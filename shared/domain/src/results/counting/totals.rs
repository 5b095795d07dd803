//! The result of an aggregation: moments by arm and goal, merged partition by partition.

use stats::joint::Joint;
use stats::moments::Moments;
use stats::warnings::Sizes;

use super::arrivals::Arrivals;
use super::batches::{self, BatchArm};
use super::known_outcome::KnownOutcome;
use super::mature_rates::MatureRates;
pub use super::numbers::Numbers;
use super::outcomes::Tally;
use super::segment_counts::SegmentCounts;
use super::unit_rows::UnitRows;
use crate::clock::Timestamp;
use crate::experiment::Experiment;

/// Per-arm totals of one phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// The number of rows read.
    pub rows: u64,
    /// One entry per arm, in the definition's order.
    pub arms: Vec<Arm>,
    /// Units by weighting (in the test's order) and arm, for the sample-ratio check.
    pub strata: Vec<Vec<u64>>,
    /// Erased units by weighting (in the test's order) and arm. They are in no other figure, except in the sample-ratio
    /// check: an erasure does not change how units were assigned.
    pub erased: Vec<Vec<u64>>,
    /// The units among those of `strata` that were reported to be shown their variant, by weighting and arm.
    pub exposed: Vec<Vec<u64>>,
    /// Units inside the primary goal's window. They may still convert.
    pub immature: u64,
    /// When the first unit was assigned.
    pub first_assigned_at: Option<Timestamp>,
    /// Units that were assigned within the last two weeks, for the current rate.
    pub recent: u64,
    /// For each goal, the units past its window, by weighting and arm, for the primary goal and the guardrails of
    /// adaptive tests. Empty for other goals and tests.
    pub batches: Vec<Vec<Vec<BatchArm>>>,
    /// One entry per declared segment attribute, in the definition's order.
    pub segments: Vec<SegmentCounts>,
    /// One entry per known unit, in the list's order. None until it is assigned.
    pub known: Vec<Option<KnownOutcome>>,
    /// Every unit with its outcomes, for tests whose weights do not depend on outcomes.
    pub unit_rows: UnitRows,
    /// For each goal and then each weighting (in the test's order), the time for which the units' windows have been
    /// open, in milliseconds over all units.
    pub matured_ms: Vec<Vec<u64>>,
    /// The units past the window of each goal, and those among them that converted.
    pub mature_rates: MatureRates,
    /// The assignment times of the units of each arm by weighting (in the test's order), for external tests only.
    pub arrivals: Vec<Arrivals>,
    /// The counts of the recorded outcomes, with one entry per goal, in the definition's order.
    pub outcomes: Vec<Tally>,
}

/// The totals of one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Units assigned to it in this phase.
    pub units: u64,
    /// The units among them that have had an override since their assignment.
    pub overridden: u64,
    /// Units assigned to it that already had an override. Results exclude them.
    pub omitted: u64,
    /// Assignments to it of accounts that were assigned to different variants under several ids. Results exclude these
    /// accounts.
    pub merged: u64,
    /// One entry per goal, in the definition's order.
    pub goals: Vec<GoalTotals>,
}

/// One goal's totals in one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GoalTotals {
    /// Units with at least one outcome in their window.
    pub converted: u64,
    /// The same count of units that results exclude.
    pub omitted: u64,
    /// The moments of each unit's number: 1 or 0 for a binary goal, the sum of its outcomes' values for a
    /// count or sum, the numerator for a ratio.
    pub moments: Moments,
    /// The moments of that number and the covariate, for units that have one. For a ratio, the moments of
    /// both parts.
    pub paired: Joint,
    /// Each unit's number.
    pub numbers: Numbers,
    /// The sizes of these numbers. Empty for binary goals.
    pub sizes: Sizes,
    /// The sizes of the denominators, for ratios only.
    pub bases: Sizes,
}

impl GoalTotals {
    fn merge(&mut self, other: &Self) {
        self.converted += other.converted;
        self.omitted += other.omitted;
        self.moments.merge(&other.moments);
        self.paired.merge(&other.paired);
        self.numbers.merge(&other.numbers);
        self.sizes.merge(&other.sizes);
        self.bases.merge(&other.bases);
    }
}

impl Totals {
    /// Creates totals without units.
    #[must_use]
    pub fn empty(test: &Experiment) -> Self {
        let goals = vec![GoalTotals::default(); test.definition.goals.len()];
        let (arms, strata) = (test.definition.variants.len(), test.weightings.len().max(1));
        Self {
            rows: 0,
            arms: vec![Arm { units: 0, overridden: 0, omitted: 0, merged: 0, goals }; arms],
            strata: vec![vec![0; arms]; strata],
            erased: vec![vec![0; arms]; strata],
            exposed: vec![vec![0; arms]; strata],
            immature: 0,
            first_assigned_at: None,
            recent: 0,
            batches: batches::empty(test),
            segments: vec![
                SegmentCounts::new(arms, test.definition.segments.len());
                test.definition.segments.len()
            ],
            known: vec![None; test.definition.known_units.as_ref().map_or(0, Vec::len)],
            unit_rows: UnitRows::default(),
            matured_ms: vec![vec![0; strata]; test.definition.goals.len()],
            mature_rates: MatureRates::new(test.definition.goals.len(), strata, arms),
            arrivals: vec![Arrivals::default(); strata],
            outcomes: vec![Tally::default(); test.definition.goals.len()],
        }
    }

    /// Returns whether units were assigned under more than one set of weights. Weights under which no unit
    /// was assigned, such as those set after the end of a test, have no effect on any figure.
    #[must_use]
    pub fn are_of_several_weightings(&self) -> bool {
        self.strata.iter().filter(|arms| arms.iter().any(|units| *units > 0)).nth(1).is_some()
    }

    /// Adds the totals of another partition of the same test. Merge in a fixed order: floating-point sums are
    /// then the same to the last bit.
    pub fn merge(&mut self, other: &Self) {
        let erased = self.erased.iter_mut().zip(&other.erased);
        let exposed = self.exposed.iter_mut().zip(&other.exposed);
        for (own, theirs) in self.strata.iter_mut().zip(&other.strata).chain(erased).chain(exposed) {
            own.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
        self.rows += other.rows;
        self.immature += other.immature;
        self.arrivals.iter_mut().zip(&other.arrivals).for_each(|(a, b)| a.merge(b));
        self.recent += other.recent;
        self.first_assigned_at = self.first_assigned_at.into_iter().chain(other.first_assigned_at).min();
        let pairs =
            self.batches.iter_mut().zip(&other.batches).flat_map(|(own, theirs)| own.iter_mut().zip(theirs));
        for (own, theirs) in pairs {
            own.iter_mut().zip(theirs).for_each(|(a, b)| a.merge(b));
        }
        for (own, theirs) in self.segments.iter_mut().zip(&other.segments) {
            own.merge(theirs);
        }
        for (own, theirs) in self.known.iter_mut().zip(&other.known) {
            if theirs.is_some() {
                own.clone_from(theirs);
            }
        }
        self.unit_rows.merge(&other.unit_rows);
        for (own, theirs) in self.matured_ms.iter_mut().zip(&other.matured_ms) {
            own.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
        self.mature_rates.merge(&other.mature_rates);
        self.outcomes.iter_mut().zip(&other.outcomes).for_each(|(a, b)| a.merge(b));
        for (own, theirs) in self.arms.iter_mut().zip(&other.arms) {
            own.units += theirs.units;
            own.overridden += theirs.overridden;
            own.omitted += theirs.omitted;
            own.merged += theirs.merged;
            own.goals.iter_mut().zip(&theirs.goals).for_each(|(a, b)| a.merge(b));
        }
    }

    /// Returns the number of erased units of each arm, in the definition's order.
    #[must_use]
    pub fn erased_by_arm(&self) -> Vec<u64> {
        self.by_arm(&self.erased)
    }

    /// Returns the number of units of each arm that were reported to be shown their variant, in the definition's order.
    #[must_use]
    pub fn exposed_by_arm(&self) -> Vec<u64> {
        self.by_arm(&self.exposed)
    }

    fn by_arm(&self, strata: &[Vec<u64>]) -> Vec<u64> {
        let of_arm = |arm: usize| strata.iter().map(|units| units[arm]).sum();
        (0..self.arms.len()).map(of_arm).collect()
    }

    /// Returns the number of units in all arms.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.arms.iter().map(|arm| arm.units).sum()
    }
}
