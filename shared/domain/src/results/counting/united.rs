//! Accounts whose rows were stored under several ids: under an alias before the directory knew it, or under the id of an
//! account that was merged into another one.
//!
//! Rows keep the id of their day. The aggregation keeps the rows of such ids apart, and counts each account once when all
//! partitions have been read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::row::Row;
use crate::clock::Timestamp;
use crate::experiment::{Assignment, Experiment, UnitId};

/// The accounts to unite.
#[derive(Debug, Clone, Default)]
pub struct Names {
    aliases: HashMap<UnitId, UnitId>,
    accounts: HashSet<UnitId>,
}

/// The rows of accounts to unite, by the id of the account.
pub type Aside = BTreeMap<UnitId, Vec<Row>>;

impl Names {
    /// Creates the names from the aliases of a workspace, each with the id of its account.
    #[must_use]
    pub fn new(aliases: HashMap<UnitId, UnitId>) -> Self {
        Self { aliases, accounts: HashSet::new() }
    }

    /// Adds accounts with rows under one of their aliases. Returns those that were added.
    pub fn add<'a>(&mut self, accounts: impl Iterator<Item = &'a UnitId>) -> Vec<UnitId> {
        accounts.filter(|account| self.accounts.insert((*account).clone())).cloned().collect()
    }

    /// Returns the account of a unit whose rows are kept apart.
    #[must_use]
    pub fn account(&self, unit: &UnitId) -> Option<&UnitId> {
        self.aliases.get(unit).or_else(|| self.accounts.get(unit))
    }
}

/// The rows of one account.
#[derive(Debug, PartialEq)]
pub(super) enum United {
    /// Rows of one unit, with its earliest assignment in the phase.
    One(Vec<Row>),
    /// The account was assigned to different variants: its assignments in the phase, and the other rows as those of one
    /// unit.
    Apart(Vec<Assignment>, Vec<Row>),
}

impl United {
    /// Unites the rows of an account. The result does not depend on their order.
    pub(super) fn of(test: &Experiment, account: &UnitId, mut rows: Vec<Row>) -> Self {
        // Of equal versions under several ids, the last one counts: a void, or else the earliest outcome.
        rows.sort_by(|a, b| {
            precedence(test, a).cmp(&precedence(test, b)).then_with(|| a.unit_id().cmp(b.unit_id()))
        });
        let (own, mut others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| is_own(test, row));
        let mut assigned: Vec<(UnitId, Assignment)> = own.into_iter().filter_map(assignment).collect();
        assigned.sort_by(|a, b| (a.1.assigned_at, &a.0).cmp(&(b.1.assigned_at, &b.0)));
        let differ = assigned.windows(2).any(|pair| pair[0].1.variant != pair[1].1.variant);
        let unit = representative(test, account, &assigned, &others);
        for row in &mut others {
            row.rename(&unit);
        }
        if differ {
            return Self::Apart(assigned.into_iter().map(|(_, assignment)| assignment).collect(), others);
        }
        let first = assigned.into_iter().next();
        others.extend(first.map(|(_, assignment)| Row::Assigned {
            unit_id: unit,
            phase: test.phase,
            assignment,
        }));
        Self::One(others)
    }
}

/// Returns the order of rows of the same rank.
fn precedence(test: &Experiment, row: &Row) -> (bool, Reverse<Timestamp>, u64) {
    match row {
        Row::Converted(outcome) => {
            (false, Reverse(outcome.occurred_at.first(&test.definition.time_zone)), outcome.value.to_bits())
        }
        Row::Assigned { .. } | Row::Voided(_) | Row::Exposed { .. } => {
            (true, Reverse(Timestamp::from_millis(0)), 0)
        }
    }
}

/// Returns whether the row is an assignment of the test's phase that belongs to its results.
fn is_own(test: &Experiment, row: &Row) -> bool {
    let zone = &test.definition.time_zone;
    let counts = test.shipped.as_ref().is_none_or(|shipped| row.is_before(shipped.at, zone));
    matches!(row, Row::Assigned { phase, .. } if *phase == test.phase) && counts
}

fn assignment(row: Row) -> Option<(UnitId, Assignment)> {
    match row {
        Row::Assigned { unit_id, assignment, .. } => Some((unit_id, assignment)),
        _ => None,
    }
}

/// Returns the id under which the account is counted: one with an override, or else the one that was assigned first.
fn representative(
    test: &Experiment,
    account: &UnitId,
    assigned: &[(UnitId, Assignment)],
    others: &[Row],
) -> UnitId {
    let mut ids =
        assigned.iter().map(|(unit, _)| unit).chain(others.iter().map(Row::unit_id)).chain([account]);
    let overridden = ids.find(|unit| test.definition.overrides.contains_key(*unit));
    overridden.or(assigned.first().map(|(unit, _)| unit)).unwrap_or(account).clone()
}

#[cfg(test)]
mod tests;
