//! Assignments (`assignments.rs`) and outcomes (`outcomes.rs`). Both are append-only, and each is written under the
//! condition that it is new. A retry therefore finds the existing row, and nothing is counted twice.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::StoreError;
use super::exposures::StoredExposure;
use super::item::Item;
use super::key::{EventKey, partition};
use super::outcomes::{key, outcome};
use super::query::Query;
use super::remembered::Memory;
use super::table::Table;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, Workspace};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::{ErasedUnit, Row};
use domain::results::counting::totals::Totals;
use domain::results::counting::united::{Aside, Names};
use futures_util::{StreamExt, TryStreamExt, stream};

/// The number of partitions that are read in parallel.
pub(super) const PARALLEL: usize = 16;

/// The `events` table, with a cache of this instance's assignments.
pub struct Events {
    pub(super) table: Table,
    pub(super) memory: Memory,
}

/// The maximum number of units in an aggregation, over all partitions.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) units: &'a AtomicU64,
    pub(super) most: Option<u64>,
}

impl Bound<'_> {
    fn is_passed(self, more: u64) -> bool {
        let units = self.units.fetch_add(more, Relaxed) + more;
        self.most.is_some_and(|most| units > most)
    }
}

impl Events {
    /// Creates the handle for `table`. Assignments are cached within `limits`.
    #[must_use]
    pub fn new(table: Table, limits: &Limits) -> Self {
        Self { table, memory: Memory::new(limits) }
    }

    /// Aggregates all rows of the test's current phase as of now. Partitions are read in parallel and merged
    /// in their order. None when there are more than `most` units, if `most` is set.
    ///
    /// # Errors
    /// When the store is unavailable or a row cannot be read.
    pub async fn aggregate(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        most: Option<u64>,
        as_of: Timestamp,
    ) -> Result<Option<Totals>, StoreError> {
        let (units, names) = (AtomicU64::new(0), Names::default());
        let bound = Bound { units: &units, most };
        let numbers = 0..test.definition.partitions;
        let part = |n| self.aggregate_partition(workspace, test, n, bound, as_of, &names);
        let mut parts = stream::iter(numbers.map(part)).buffered(PARALLEL);
        let mut all = Totals::empty(test);
        while let Some(part) = parts.try_next().await? {
            let Some((part, _)) = part else { return Ok(None) };
            all.merge(&part);
        }
        Ok(Some(all))
    }

    pub(super) async fn aggregate_partition(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        number: u32,
        bound: Bound<'_>,
        as_of: Timestamp,
        names: &Names,
    ) -> Result<Option<(Totals, Aside)>, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, number);
        let (mut aggregation, mut after) = (Aggregation::new(test, as_of).keeping_apart(names), None);
        loop {
            let before = aggregation.units();
            let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
            for item in page.items {
                match read(item)? {
                    Read::Row(row) => aggregation.push(row),
                    Read::Erased(erased) => aggregation.push_erased(&erased),
                }
            }
            if bound.is_passed(aggregation.units() - before) {
                return Ok(None);
            }
            after = page.next;
            if after.is_none() {
                return Ok(Some(aggregation.finish_apart()));
            }
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("table", &self.table).finish_non_exhaustive()
    }
}

/// A stored item.
enum Read {
    /// A row of a unit.
    Row(Row),
    /// What remains of an erased unit.
    Erased(ErasedUnit),
}

fn read(item: Item) -> Result<Read, StoreError> {
    Ok(Read::Row(match key(&item)? {
        EventKey::Erased(..) => {
            return serde_dynamo::from_item(item).map(Read::Erased).map_err(StoreError::broken);
        }
        EventKey::Assignment(unit_id, phase) => {
            let assignment = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
            Row::Assigned { unit_id, phase, assignment }
        }
        EventKey::Conversion(..) => outcome(item)?.event.into(),
        EventKey::Exposure(unit_id, phase, exposure_id) => {
            let StoredExposure { exposed_at } = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
            Row::Exposed { unit_id, phase, exposure_id, exposed_at }
        }
    }))
}
