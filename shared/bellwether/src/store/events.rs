//! Assignments (`assignments.rs`) and conversions. Both are append-only, and each is written under the
//! condition that it is new. A retry therefore finds the existing row, and nothing is counted twice.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, sorted_key, text};
use super::key::{EventKey, events_partition, partition};
use super::query::Query;
use super::remembered::Memory;
use super::schema::SK;
use super::table::{Placed, Table};
use crate::config::Limits;
use domain::clock::{Dated, Timestamp};
use domain::experiment::{Conversion, Experiment, Workspace};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::Row;
use domain::results::counting::totals::Totals;

/// The number of partitions that are read in parallel.
const PARALLEL: usize = 16;

/// The `events` table, with a cache of this instance's assignments.
pub struct Events {
    pub(super) table: Table,
    pub(super) memory: Memory,
}

/// The maximum number of units in an aggregation, over all partitions.
#[derive(Clone, Copy)]
struct Bound<'a> {
    units: &'a AtomicU64,
    most: Option<u64>,
}

impl Bound<'_> {
    fn is_passed(self, more: u64) -> bool {
        let units = self.units.fetch_add(more, Relaxed) + more;
        self.most.is_some_and(|most| units > most)
    }
}

#[derive(Serialize, Deserialize)]
struct StoredOutcome {
    /// The moment, or the beginning of the day.
    occurred_at: Timestamp,
    /// Whether only the day is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    whole_day: bool,
    value: f64,
}

impl StoredOutcome {
    fn of(conversion: &Conversion) -> Self {
        let (at, value) = (conversion.occurred_at, conversion.value);
        Self { occurred_at: at.first(), whole_day: matches!(at, Dated::Day(_)), value }
    }

    fn dated(&self) -> Dated {
        if self.whole_day { Dated::Day(self.occurred_at) } else { Dated::At(self.occurred_at) }
    }
}

impl Events {
    /// Creates the handle for `table`. Assignments are cached within `limits`.
    #[must_use]
    pub fn new(table: Table, limits: &Limits) -> Self {
        Self { table, memory: Memory::new(limits) }
    }

    /// Stores an outcome. False when one with the same event id is already stored.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn convert(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        conversion: &Conversion,
    ) -> Result<bool, StoreError> {
        let Conversion { unit_id, goal, event_id, .. } = conversion;
        let key = EventKey::Conversion(unit_id.clone(), goal.clone(), event_id.clone());
        let mut item: Item =
            serde_dynamo::to_item(StoredOutcome::of(conversion)).map_err(StoreError::broken)?;
        item.extend(sorted_key(events_partition(workspace, test, unit_id), key.write()));
        Ok(matches!(self.table.put_new(item).await?, Placed::Stored))
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
        let units = AtomicU64::new(0);
        let bound = Bound { units: &units, most };
        let numbers = 0..test.definition.partitions;
        let mut parts =
            stream::iter(numbers.map(|n| self.aggregate_partition(workspace, test, n, bound, as_of)))
                .buffered(PARALLEL);
        let mut all = Totals::empty(test);
        while let Some(part) = parts.try_next().await? {
            let Some(part) = part else { return Ok(None) };
            all.merge(&part);
        }
        Ok(Some(all))
    }

    async fn aggregate_partition(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        number: u32,
        bound: Bound<'_>,
        as_of: Timestamp,
    ) -> Result<Option<Totals>, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, number);
        let (mut aggregation, mut after) = (Aggregation::new(test, as_of), None);
        loop {
            let before = aggregation.units();
            let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
            for item in page.items {
                aggregation.push(row(item)?);
            }
            if bound.is_passed(aggregation.units() - before) {
                return Ok(None);
            }
            after = page.next;
            if after.is_none() {
                return Ok(Some(aggregation.finish()));
            }
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("table", &self.table).finish_non_exhaustive()
    }
}

fn row(item: Item) -> Result<Row, StoreError> {
    let key = text(&item, SK)?;
    let read =
        EventKey::read(key).ok_or_else(|| StoreError::Broken("an event's key cannot be read".to_owned()))?;
    Ok(match read {
        EventKey::Assignment(unit_id, phase) => {
            let assignment = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
            Row::Assigned { unit_id, phase, assignment }
        }
        EventKey::Conversion(unit_id, goal, event_id) => {
            let outcome: StoredOutcome = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
            let (value, occurred_at) = (outcome.value, outcome.dated());
            Row::Converted(Conversion { unit_id, goal, event_id, value, occurred_at })
        }
    })
}
