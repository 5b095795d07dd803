//! The fold: from a test's rows to per-arm moments. Rows are the only truth; whether an outcome
//! counts is decided here, so changing a window changes history and no data.
//!
//! Memory is that of one unit's rows plus the totals, however many units there are.

#[cfg(test)]
mod tests;

use crate::clock::Timestamp;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{Assignment, Conversion, Experiment, Goal, UnitId};

use super::segments::Segments;
use bellwether_stats::moments::Moments;

/// One stored row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A unit's first decision in a phase.
    Assigned {
        /// Whose.
        unit_id: UnitId,
        /// In which phase.
        phase: u32,
        /// What was decided.
        assignment: Assignment,
    },
    /// An outcome, of whichever phase its time falls into.
    Converted(Conversion),
}

impl Row {
    fn unit_id(&self) -> &UnitId {
        match self {
            Self::Assigned { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &conversion.unit_id,
        }
    }

    /// The order in which a unit's rows are folded, whatever order they came in.
    fn rank(&self) -> (u8, u32, &str, &str) {
        match self {
            Self::Assigned { phase, .. } => (0, *phase, "", ""),
            Self::Converted(c) => (1, 0, c.goal.as_str(), c.event_id.as_str()),
        }
    }
}

/// Per-arm totals of one phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// One entry an arm, in the definition's order.
    pub arms: Vec<Arm>,
    /// Units by weighting (in the test's order) and arm: what the sample-ratio check counts.
    pub strata: Vec<Vec<u64>>,
    /// One entry a declared segment attribute, in the definition's order.
    pub segments: Vec<Segments>,
}

/// The totals of one arm.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Units assigned to it in this phase.
    pub units: u64,
    /// One entry a goal, in the definition's order.
    pub goals: Vec<GoalTotals>,
}

/// One goal's totals in one arm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GoalTotals {
    /// Units with at least one outcome in their window.
    pub converted: u64,
    /// Of each unit's number: 1 or 0 for a binary goal, the sum of its outcomes' values else.
    pub moments: Moments,
}

/// A fold under way over one partition, whose rows must come unit by unit.
pub struct Fold<'a> {
    test: &'a Experiment,
    unit: Vec<Row>,
    totals: Totals,
}

impl<'a> Fold<'a> {
    /// An empty fold of the test's present phase.
    #[must_use]
    pub fn new(test: &'a Experiment) -> Self {
        Self { test, unit: Vec::new(), totals: Totals::empty(test) }
    }

    /// Takes the next row. A new unit closes the one before it.
    pub fn push(&mut self, row: Row) {
        if self.unit.first().is_some_and(|first| first.unit_id() != row.unit_id()) {
            self.close();
        }
        self.unit.push(row);
    }

    /// Units counted so far, the present one not among them.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.totals.units()
    }

    /// Closes the last unit and returns the totals.
    #[must_use]
    pub fn finish(mut self) -> Totals {
        self.close();
        self.totals
    }

    fn close(&mut self) {
        let mut rows = std::mem::take(&mut self.unit);
        rows.sort_by(|a, b| a.rank().cmp(&b.rank()));
        rows.dedup();
        let assigned = rows.iter().find_map(|row| match row {
            Row::Assigned { phase, assignment, .. } if *phase == self.test.phase => Some(assignment),
            _ => None,
        });
        let forced =
            rows.first().is_some_and(|row| self.test.definition.overrides.contains_key(row.unit_id()));
        if let Some(assignment) = assigned.filter(|_| !forced) {
            self.count(assignment, &rows);
        }
        rows.clear();
        self.unit = rows;
    }

    fn count(&mut self, assignment: &Assignment, rows: &[Row]) {
        let test = self.test;
        let position = |v: &crate::experiment::Variant| v.key == assignment.variant;
        let Some(arm) = test.definition.variants.iter().position(position) else { return };
        let stratum = test.weightings.iter().rposition(|w| w.revision <= assignment.revision);
        self.totals.strata[stratum.unwrap_or(0)][arm] += 1;
        self.totals.arms[arm].units += 1;
        let mut primary_converted = false;
        for (goal, totals) in test.definition.goals.iter().zip(&mut self.totals.arms[arm].goals) {
            let (converted, number) = outcome(goal, assignment, rows);
            totals.converted += u64::from(converted);
            totals.moments.add(number);
            primary_converted |= converted && goal.role == Role::Primary;
        }
        for (name, segments) in test.definition.segments.iter().zip(&mut self.totals.segments) {
            if let Some(value) = assignment.segments.get(name) {
                segments.count(value, arm, primary_converted);
            }
        }
    }
}

/// Whether a unit converted to a goal, and its number.
fn outcome(goal: &Goal, assignment: &Assignment, rows: &[Row]) -> (bool, f64) {
    let values = rows.iter().filter_map(|row| match row {
        Row::Converted(c) if c.goal == goal.key => {
            within(assignment.assigned_at, c.occurred_at, goal.window_ms()).then_some(c.value)
        }
        _ => None,
    });
    let (mut count, mut sum) = (0_u64, Moments::default());
    for value in values {
        count += 1;
        sum.add(value);
    }
    let number = if goal.kind == Kind::Binary { f64::from(u8::from(count > 0)) } else { sum.total() };
    (count > 0, number)
}

fn within(assigned_at: Timestamp, occurred_at: Timestamp, window_ms: i64) -> bool {
    (0..=window_ms).contains(&(occurred_at.millis() - assigned_at.millis()))
}

impl Totals {
    /// No units at all.
    #[must_use]
    pub fn empty(test: &Experiment) -> Self {
        let goals = vec![GoalTotals::default(); test.definition.goals.len()];
        let arms = test.definition.variants.len();
        Self {
            arms: vec![Arm { units: 0, goals }; arms],
            strata: vec![vec![0; arms]; test.weightings.len().max(1)],
            segments: vec![Segments::new(arms); test.definition.segments.len()],
        }
    }

    /// Adds the totals of another partition of the same test. Merge in a fixed order: floating-point
    /// sums then come out the same to the last bit.
    pub fn merge(&mut self, other: &Self) {
        for (own, theirs) in self.strata.iter_mut().zip(&other.strata) {
            own.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
        for (own, theirs) in self.segments.iter_mut().zip(&other.segments) {
            own.merge(theirs);
        }
        for (own, theirs) in self.arms.iter_mut().zip(&other.arms) {
            own.units += theirs.units;
            for (a, b) in own.goals.iter_mut().zip(&theirs.goals) {
                a.converted += b.converted;
                a.moments.merge(&b.moments);
            }
        }
    }

    /// Units in all arms.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.arms.iter().map(|arm| arm.units).sum()
    }
}
