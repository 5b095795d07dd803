//! The fold: from a test's rows to per-arm moments. Rows are the only truth; whether an outcome
//! counts is decided here, so changing a window changes history and no data.
//!
//! Memory is that of one unit's rows plus the totals, however many units there are.

#[cfg(test)]
mod tests;

use crate::clock::Timestamp;
use crate::experiment::definition::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{Assignment, Conversion, Experiment, Goal, GoalKey, UnitId};

use super::maturity::RECENT_MS;
use super::outcomes::{Place, Unit, is_mature, leave_out_after_shipping};
use super::redealt::Dealt;
use super::totals::{GoalTotals, Totals};
use stats::figure;
use stats::moments::Moments;

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
    pub(super) fn unit_id(&self) -> &UnitId {
        match self {
            Self::Assigned { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &conversion.unit_id,
        }
    }

    /// Whether it belongs to the results of a test that was shipped at this time.
    pub(super) fn is_before(&self, shipped_at: Timestamp) -> bool {
        match self {
            Self::Assigned { assignment, .. } => assignment.assigned_at < shipped_at,
            Self::Converted(conversion) => conversion.occurred_at.first() < shipped_at,
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

/// A fold under way over one partition, whose rows must come unit by unit.
pub struct Fold<'a> {
    test: &'a Experiment,
    as_of: Timestamp,
    unit: Vec<Row>,
    totals: Totals,
}

impl<'a> Fold<'a> {
    /// An empty fold of the test's present phase, whose rows are read at `as_of`.
    #[must_use]
    pub fn new(test: &'a Experiment, as_of: Timestamp) -> Self {
        let as_of = test.shipped.as_ref().map_or(as_of, |shipped| as_of.min(shipped.at));
        Self { test, as_of, unit: Vec::new(), totals: Totals::empty(test) }
    }

    /// Takes the next row. A new unit closes the one before it.
    pub fn push(&mut self, row: Row) {
        if self.unit.first().is_some_and(|first| first.unit_id() != row.unit_id()) {
            self.close();
        }
        self.totals.rows += 1;
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
        leave_out_after_shipping(self.test, &mut rows, &mut self.totals.outcomes);
        let assigned = rows.iter().find_map(|row| match row {
            Row::Assigned { phase, assignment, .. } if *phase == self.test.phase => Some(assignment),
            _ => None,
        });
        let own = assigned.filter(|assignment| self.arm(assignment).is_some());
        Unit::of(self.test, &rows, own).account(self.as_of, &mut self.totals.outcomes);
        let unit = rows.first().map(Row::unit_id).zip(assigned);
        match unit {
            Some((unit, assignment)) if self.test.was_overridden(unit, assignment.assigned_at) => {
                self.set_aside(assignment, &rows);
            }
            Some((unit, assignment)) => {
                let overridden = self.test.definition.overrides.contains_key(unit);
                self.count(assignment, &rows, overridden);
            }
            None => {}
        }
        rows.clear();
        self.unit = rows;
    }

    /// Counts a unit that results leave out, so that what was counted of the phase never gets less.
    fn set_aside(&mut self, assignment: &Assignment, rows: &[Row]) {
        let Some(arm) = self.arm(assignment) else { return };
        self.totals.arms[arm].set_aside += 1;
        for (goal, totals) in self.test.definition.goals.iter().zip(&mut self.totals.arms[arm].goals) {
            totals.set_aside += u64::from(Outcome::of(goal, assignment, rows).converted);
        }
    }

    fn arm(&self, assignment: &Assignment) -> Option<usize> {
        self.test.definition.variants.iter().position(|variant| variant.key == assignment.variant)
    }

    /// Counts a unit in the arm that it was drawn into; `overridden` when it was given an override since.
    fn count(&mut self, assignment: &Assignment, rows: &[Row], overridden: bool) {
        let test = self.test;
        let Some(arm) = self.arm(assignment) else { return };
        let stratum = test.weightings.iter().rposition(|w| w.revision <= assignment.revision).unwrap_or(0);
        self.totals.strata[stratum][arm] += 1;
        self.totals.arms[arm].units += 1;
        self.totals.arms[arm].overridden += u64::from(overridden);
        if test.definition.allocation.mode == Mode::External {
            self.totals.arrivals.count(assignment.assigned_at, arm, test.definition.variants.len());
        }
        let (first, at) = (&mut self.totals.first_assigned_at, assignment.assigned_at);
        *first = Some(first.map_or(at, |first| first.min(at)));
        self.totals.recent += u64::from(self.as_of.millis() - at.millis() < RECENT_MS);
        let mut primary = Outcome::default();
        let mut pairs = Vec::new();
        for (goal, totals) in test.definition.goals.iter().zip(&mut self.totals.arms[arm].goals) {
            let outcome = Outcome::of(goal, assignment, rows);
            outcome.add_to(totals, goal.kind, assignment.covariate);
            pairs.push(outcome.pair());
            if goal.role == Role::Primary {
                primary = outcome;
                if !is_mature(assignment, goal, self.as_of) {
                    self.totals.undue += 1;
                } else if let Some(batch) = self.totals.batches.get_mut(stratum) {
                    batch[arm].add(outcome.number);
                }
            }
        }
        let place = rows.first().and_then(|row| test.definition.known_place(row.unit_id()));
        if let Some(known) = place.and_then(|place| self.totals.known.get_mut(place)) {
            *known = Some(Dealt { arm, outcomes: pairs });
        }
        for (name, segments) in test.definition.segments.iter().zip(&mut self.totals.segments) {
            if let Some(value) = assignment.segments.get(name) {
                segments.count(value, arm, primary.converted, primary.pair());
            }
        }
    }
}

/// What one unit did towards one goal.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    converted: bool,
    number: f64,
    denominator: Option<f64>,
}

impl Outcome {
    fn of(goal: &Goal, assignment: &Assignment, rows: &[Row]) -> Self {
        let within = |key: &GoalKey| sum(key, goal.window_ms(), assignment, rows);
        if let Some(parts) = &goal.parts {
            let (above, below) = (within(&parts.numerator), within(&parts.denominator));
            let converted = above.units() + below.units() > 0;
            let (number, denominator) = (figure(above.total()), Some(figure(below.total())));
            return Self { converted, number, denominator };
        }
        let found = within(&goal.key);
        let converted = found.units() > 0;
        let number =
            if goal.kind == Kind::Binary { f64::from(u8::from(converted)) } else { figure(found.total()) };
        Self { converted, number, denominator: None }
    }

    fn add_to(self, totals: &mut GoalTotals, kind: Kind, covariate: Option<f64>) {
        totals.converted += u64::from(self.converted);
        totals.moments.add(self.number);
        if let Some(other) = self.denominator.or(covariate) {
            totals.paired.add(self.number, other);
        }
        if kind != Kind::Binary {
            totals.numbers.push(self.number, self.denominator.unwrap_or(1.0));
            totals.sizes.add(self.number);
            self.denominator.into_iter().for_each(|base| totals.bases.add(base));
        }
    }

    /// The number with what it is divided by: 1 unless it is a ratio's.
    fn pair(self) -> (f64, f64) {
        (self.number, self.denominator.unwrap_or(1.0))
    }
}

/// A unit's outcomes of one goal in its window: how many, and their sum.
fn sum(key: &GoalKey, window_ms: i64, assignment: &Assignment, rows: &[Row]) -> Moments {
    let mut sum = Moments::default();
    for row in rows {
        if let Row::Converted(outcome) = row
            && outcome.goal == *key
            && Place::of(outcome.occurred_at, assignment.assigned_at, window_ms) == Place::Within
        {
            sum.add(outcome.value);
        }
    }
    sum
}
