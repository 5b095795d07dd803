//! The aggregation: from a test's rows to moments per arm. The rows are the only source. Whether an outcome
//! counts is decided here, so a change of a window changes past results without changing data.
//!
//! Memory is needed for one unit's rows and the totals, for any number of units.

#[cfg(test)]
mod tests;

use crate::clock::Timestamp;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::Role;
use crate::experiment::{Assignment, Experiment};

use super::known_outcome::KnownOutcome;
use super::outcomes::{UnitOutcomes, is_mature, leave_highest_versions, leave_out_after_shipping};
use super::row::{ErasedUnit, Row};
use super::totals::Totals;
use super::unit_number::UnitNumber;
use super::unit_rows::{UnitRow, matured_ms};
use super::united::{Aside, Names, United};

/// The period over which the current rate is computed, in milliseconds: two weeks, so that weekends are
/// included.
pub const RECENT_MS: i64 = 14 * 86_400_000;

/// An aggregation in progress over one partition, whose rows must be grouped by unit.
pub struct Aggregation<'a> {
    test: &'a Experiment,
    as_of: Timestamp,
    unit: Vec<Row>,
    totals: Totals,
    names: Option<&'a Names>,
    aside: Aside,
}

impl<'a> Aggregation<'a> {
    /// Creates an empty aggregation of the test's current phase, whose rows are read at `as_of`.
    #[must_use]
    pub fn new(test: &'a Experiment, as_of: Timestamp) -> Self {
        let as_of = test.shipped.as_ref().map_or(as_of, |shipped| as_of.min(shipped.at));
        let (unit, totals) = (Vec::new(), Totals::empty(test));
        Self { test, as_of, unit, totals, names: None, aside: Aside::new() }
    }

    /// Keeps the rows of accounts with several names apart.
    #[must_use]
    pub fn keeping_apart(self, names: &'a Names) -> Self {
        Self { names: Some(names), ..self }
    }

    /// Counts accounts whose rows were kept apart, each as one unit. Their rows were counted before.
    #[must_use]
    pub fn unite(test: &'a Experiment, as_of: Timestamp, aside: Aside) -> Totals {
        let mut united = Self::new(test, as_of);
        for (account, rows) in aside {
            match United::of(test, &account, rows) {
                United::One(rows) => united.settle(rows),
                United::Apart(assigned, rows) => united.leave_apart(&assigned, rows),
            }
        }
        united.totals
    }

    /// Adds the next row. A new unit completes the unit before it.
    pub fn push(&mut self, row: Row) {
        if self.unit.first().is_some_and(|first| first.unit_id() != row.unit_id()) {
            self.close();
        }
        self.totals.rows += 1;
        self.unit.push(row);
    }

    /// Counts an erased unit, of which only its variant, phase and revision are known.
    pub fn push_erased(&mut self, erased: &ErasedUnit) {
        self.totals.rows += 1;
        let arm = self.test.definition.variants.iter().position(|variant| variant.key == erased.variant);
        if let Some(arm) = arm.filter(|_| erased.phase == self.test.phase) {
            let stratum = self.stratum(erased.revision);
            self.totals.erased[stratum][arm] += 1;
        }
    }

    /// Returns the index of the weights under which a unit was assigned at a revision of the test.
    fn stratum(&self, revision: u64) -> usize {
        self.test.weightings.iter().rposition(|w| w.revision <= revision).unwrap_or(0)
    }

    /// Returns the number of units counted so far, without the current one.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.totals.units()
    }

    /// Completes the last unit and returns the totals.
    #[must_use]
    pub fn finish(self) -> Totals {
        self.finish_apart().0
    }

    /// Completes the last unit and returns the totals, and the rows that were kept apart.
    #[must_use]
    pub fn finish_apart(mut self) -> (Totals, Aside) {
        self.close();
        (self.totals, self.aside)
    }

    /// Returns whether the rows of the current unit are kept apart, which moves them.
    fn is_apart(&mut self) -> bool {
        let names = self.names.zip(self.unit.first());
        let Some(account) = names.and_then(|(names, first)| names.account(first.unit_id())) else {
            return false;
        };
        self.aside.entry(account.clone()).or_default().append(&mut self.unit);
        true
    }

    /// Counts an account with different variants in none of them: its assignments by arm, and its outcomes.
    fn leave_apart(&mut self, assigned: &[Assignment], rows: Vec<Row>) {
        for arm in assigned.iter().filter_map(|assignment| self.arm(assignment)).collect::<Vec<_>>() {
            self.totals.arms[arm].merged += 1;
        }
        for outcome in self.counted(rows).iter().filter_map(Row::goal) {
            let goal = self.test.definition.goals.iter().position(|goal| goal.key == *outcome);
            if let Some(tally) = goal.and_then(|goal| self.totals.outcomes.get_mut(goal)) {
                tally.merged += 1;
            }
        }
    }

    /// Leaves the rows of a unit that results are about, in their order.
    fn counted(&mut self, mut rows: Vec<Row>) -> Vec<Row> {
        rows.sort_by(|a, b| a.rank().cmp(&b.rank()));
        leave_highest_versions(self.test, &mut rows, &mut self.totals.outcomes);
        leave_out_after_shipping(self.test, &mut rows, &mut self.totals.outcomes);
        rows
    }

    fn close(&mut self) {
        if self.is_apart() {
            return;
        }
        let mut rows = std::mem::take(&mut self.unit);
        rows.sort_by(|a, b| a.rank().cmp(&b.rank()));
        rows.dedup();
        self.settle(rows);
    }

    /// Counts a unit with these rows.
    fn settle(&mut self, rows: Vec<Row>) {
        let mut rows = self.counted(rows);
        let assigned = rows.iter().find_map(|row| match row {
            Row::Assigned { phase, assignment, .. } if *phase == self.test.phase => Some(assignment),
            _ => None,
        });
        let own = assigned.filter(|assignment| self.arm(assignment).is_some());
        UnitOutcomes::of(self.test, &rows, own).account(self.as_of, &mut self.totals.outcomes);
        let unit = rows.first().map(Row::unit_id).zip(assigned);
        match unit {
            Some((unit, assignment)) if self.test.was_overridden(unit, assignment.assigned_at) => {
                self.omitted(assignment, &rows);
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

    /// Counts a unit that results exclude, so that no later count of the phase is lower.
    fn omitted(&mut self, assignment: &Assignment, rows: &[Row]) {
        let Some(arm) = self.arm(assignment) else { return };
        self.totals.arms[arm].omitted += 1;
        for (goal, totals) in self.test.definition.goals.iter().zip(&mut self.totals.arms[arm].goals) {
            let outcome = UnitNumber::of(goal, &self.test.definition.time_zone, assignment, rows);
            totals.omitted += u64::from(outcome.converted);
        }
    }

    fn arm(&self, assignment: &Assignment) -> Option<usize> {
        self.test.definition.variants.iter().position(|variant| variant.key == assignment.variant)
    }

    /// Counts a unit in its assigned arm. `overridden` is true when the unit has had an override since.
    fn count(&mut self, assignment: &Assignment, rows: &[Row], overridden: bool) {
        let test = self.test;
        let Some(arm) = self.arm(assignment) else { return };
        let stratum = self.stratum(assignment.revision);
        self.totals.strata[stratum][arm] += 1;
        let is_exposed = rows.iter().any(|row| row.is_exposure_in(test.phase));
        self.totals.exposed[stratum][arm] += u64::from(is_exposed);
        self.totals.arms[arm].units += 1;
        self.totals.arms[arm].overridden += u64::from(overridden);
        if test.definition.allocation.mode == Mode::External {
            self.totals.arrivals[stratum].count(assignment.assigned_at, arm, test.definition.variants.len());
        }
        let (first, at) = (&mut self.totals.first_assigned_at, assignment.assigned_at);
        *first = Some(first.map_or(at, |first| first.min(at)));
        self.totals.recent += u64::from(self.as_of.millis() - at.millis() < RECENT_MS);
        let mut primary = UnitNumber::default();
        let mut pairs = Vec::new();
        let matured = test.definition.goals.iter().zip(&mut self.totals.matured_ms);
        matured.for_each(|(goal, own)| own[stratum] += matured_ms(at, self.as_of, goal.window_ms()));
        let goals = test.definition.goals.iter().zip(&mut self.totals.batches);
        for ((goal, batches), totals) in goals.zip(&mut self.totals.arms[arm].goals) {
            let outcome = UnitNumber::of(goal, &test.definition.time_zone, assignment, rows);
            outcome.add_to(totals, goal.kind, assignment.covariate);
            if is_mature(assignment, goal, self.as_of) {
                self.totals.mature_rates.count((pairs.len(), stratum, arm), outcome.converted);
            }
            pairs.push(outcome.pair());
            if goal.role == Role::Primary {
                primary = outcome;
                self.totals.immature += u64::from(!is_mature(assignment, goal, self.as_of));
            }
            if let Some(batch) = batches.get_mut(stratum).filter(|_| is_mature(assignment, goal, self.as_of))
            {
                batch[arm].add(outcome.number, goal.kind);
            }
        }
        let place = rows.first().and_then(|row| test.definition.known_index(row.unit_id()));
        if let Some(known) = place.and_then(|place| self.totals.known.get_mut(place)) {
            *known = Some(KnownOutcome { arm, outcomes: pairs.clone() });
        }
        if let Some(unit) = rows.first().map(Row::unit_id)
            && test.definition.allocation.mode != Mode::Adaptive
        {
            let row = UnitRow::new(test, unit, assignment, arm, stratum);
            let age_ms = (self.as_of.millis() - at.millis()).max(0);
            self.totals.unit_rows.push(UnitRow { age_ms, outcomes: pairs, ..row });
        }
        for (name, segments) in test.definition.segments.iter().zip(&mut self.totals.segments) {
            if let Some(value) = assignment.segments.get(name) {
                segments.count(value, arm, primary.converted, primary.pair());
            }
        }
    }
}
