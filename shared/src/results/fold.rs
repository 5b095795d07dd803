//! The fold: from a test's rows to per-arm moments. Rows are the only truth; whether an outcome
//! counts is decided here, so changing a window changes history and no data.
//!
//! Memory is that of one unit's rows plus the totals, however many units there are.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::wire::TestBody;
    use crate::experiment::{BasisPoints, Definition, EventId, GoalKey, Seed, VariantKey};
    use serde_json::json;
    use std::collections::BTreeMap;

    const START: i64 = 1_795_255_200_000;

    fn test() -> Experiment {
        let body: TestBody = serde_json::from_value(json!({ "test_id": "t", "name": "T",
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 1 }] }))
        .unwrap();
        let definition = Definition::parse(body).unwrap();
        Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(START))
    }

    fn assigned(unit: u32, variant: &str, phase: u32) -> Row {
        let assignment = Assignment {
            variant: VariantKey::parse(variant).unwrap(),
            assigned_at: Timestamp::from_millis(START),
            revision: 1,
            propensity: BasisPoints::parse(5_000).unwrap(),
            segments: BTreeMap::new(),
            covariate: None,
        };
        Row::Assigned { unit_id: UnitId::parse(format!("unit-{unit:04}")).unwrap(), phase, assignment }
    }

    fn converted(unit: u32, event: u32, after_ms: i64) -> Row {
        Row::Converted(Conversion {
            unit_id: UnitId::parse(format!("unit-{unit:04}")).unwrap(),
            goal: GoalKey::parse("g").unwrap(),
            event_id: EventId::parse(format!("e{event}")).unwrap(),
            value: 1.0,
            occurred_at: Timestamp::from_millis(START + after_ms),
        })
    }

    fn fold(test: &Experiment, rows: impl IntoIterator<Item = Row>) -> Totals {
        let mut fold = Fold::new(test);
        rows.into_iter().for_each(|row| fold.push(row));
        fold.finish()
    }

    #[test]
    fn the_window_begins_with_the_assignment_and_includes_its_last_millisecond() {
        let day = 86_400_000;
        for (after, counts) in [(-1, 0), (0, 1), (day, 1), (day + 1, 0)] {
            let totals = fold(&test(), [assigned(1, "a", 1), converted(1, 1, after)]);
            assert_eq!(totals.arms[0].goals[0].converted, counts, "{after}");
        }
    }

    #[test]
    fn a_unit_counts_once_however_often_it_converts_or_its_rows_are_repeated() {
        let rows = vec![assigned(1, "b", 1), converted(1, 1, 5), converted(1, 2, 6), converted(1, 1, 5)];
        let mut shuffled = rows.clone();
        shuffled.reverse();
        shuffled.extend(rows.clone());
        let totals = fold(&test(), rows);
        assert_eq!(totals.arms[1].units, 1);
        assert_eq!(totals.arms[1].goals[0].converted, 1);
        assert_eq!(fold(&test(), shuffled), totals);
    }

    #[test]
    fn outcomes_without_an_assignment_and_assignments_of_other_phases_do_not_count() {
        let rows = [converted(1, 1, 5), assigned(2, "a", 2), converted(2, 1, 5), assigned(3, "gone", 1)];
        assert_eq!(fold(&test(), rows), Totals::empty(&test()));
    }

    #[test]
    fn parts_merged_in_order_are_the_whole() {
        let test = test();
        let rows: Vec<Vec<Row>> = (0..50)
            .map(|n| {
                let variant = if n % 3 == 0 { "a" } else { "b" };
                let outcome = (n % 4 == 0).then(|| converted(n, 1, 7));
                [assigned(n, variant, 1)].into_iter().chain(outcome).collect()
            })
            .collect();
        let whole = fold(&test, rows.concat());
        let mut parts = Totals::empty(&test);
        for part in rows.chunks(7) {
            parts.merge(&fold(&test, part.concat()));
        }
        assert_eq!((parts.units(), &parts.strata), (50, &whole.strata));
        for (part, all) in parts.arms.iter().zip(&whole.arms) {
            assert_eq!((part.units, part.goals[0].converted), (all.units, all.goals[0].converted));
            assert!((part.goals[0].moments.mean() - all.goals[0].moments.mean()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_units_weights_are_those_of_the_revision_that_assigned_it() {
        let mut test = test();
        test.weightings
            .push(crate::experiment::Weighting { revision: 5, weights: test.weightings[0].weights.clone() });
        let at = |unit, revision| match assigned(unit, "a", 1) {
            Row::Assigned { unit_id, phase, assignment } => {
                Row::Assigned { unit_id, phase, assignment: Assignment { revision, ..assignment } }
            }
            other @ Row::Converted(_) => other,
        };
        let totals = fold(&test, [at(1, 1), at(2, 4), at(3, 5), at(4, 9)]);
        assert_eq!(totals.strata, [[2, 0], [2, 0]]);
    }
}
