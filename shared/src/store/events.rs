//! Assignments and conversions: append-only, each written under the condition that it is new, so
//! that a retry is recognised and nothing is counted twice.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt, TryStreamExt, stream};
use lru::LruCache;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, sorted_key, text};
use super::key::{EventKey, events_partition, partition};
use super::query::Query;
use super::schema::SK;
use super::table::{Placed, Table};
use crate::clock::Timestamp;
use crate::config::Limits;
use crate::experiment::{Assignment, Conversion, Experiment, ExperimentId, UnitId, Workspace};
use crate::results::fold::{Fold, Row};
use crate::results::totals::Totals;

/// Partitions read side by side.
const SIDE_BY_SIDE: usize = 16;

/// Whom an instance has seen, in which phase of which test.
type Seen = LruCache<(Workspace, ExperimentId, u32, UnitId), (Timestamp, Assignment)>;

/// The `events` table, with the assignments that this instance has seen.
pub struct Events {
    table: Table,
    seen: Mutex<Seen>,
    keep_ms: i64,
}

/// A unit's assignment, and whether this call made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// The stored first decision.
    pub assignment: Assignment,
    /// Whether it was stored by this call.
    pub new: bool,
}

/// How many units a fold may count, over all partitions.
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
struct Outcome {
    occurred_at: Timestamp,
    value: f64,
}

impl Events {
    /// The events in `table`; assignments are remembered within `limits`.
    #[must_use]
    pub fn new(table: Table, limits: &Limits) -> Self {
        let most = NonZeroUsize::new(limits.cached_assignments).unwrap_or(NonZeroUsize::MIN);
        let keep_ms = i64::from(limits.cache_seconds) * 1_000;
        Self { table, seen: Mutex::new(LruCache::new(most)), keep_ms }
    }

    /// The unit's assignment in this phase if this instance has seen it within the last 30 s.
    #[must_use]
    pub fn remembered(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        now: Timestamp,
    ) -> Option<Assignment> {
        let mut seen = self.seen();
        let (at, assignment) = seen.get(&memory_key(workspace, test, unit))?;
        (now.millis() - at.millis() < self.keep_ms).then(|| assignment.clone())
    }

    /// Stores a unit's first decision, or learns the one that is stored: one call either way.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn assign(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        assignment: Assignment,
        now: Timestamp,
    ) -> Result<Assigned, StoreError> {
        let mut item: Item = serde_dynamo::to_item(&assignment).map_err(StoreError::broken)?;
        item.extend(assignment_key(workspace, test, unit));
        let assigned = match self.table.put_new(item).await? {
            Placed::Stored => Assigned { assignment, new: true },
            Placed::Exists(old) => {
                let assignment = serde_dynamo::from_item(old).map_err(StoreError::broken)?;
                Assigned { assignment, new: false }
            }
        };
        self.remember(workspace, test, unit, &assigned.assignment, now);
        Ok(assigned)
    }

    /// Reads a unit's stored assignment in this phase.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn assignment(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        now: Timestamp,
    ) -> Result<Option<Assignment>, StoreError> {
        let Some(item) = self.table.get(assignment_key(workspace, test, unit)).await? else {
            return Ok(None);
        };
        let assignment = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
        self.remember(workspace, test, unit, &assignment, now);
        Ok(Some(assignment))
    }

    /// Stores an outcome; false when one with its name is stored already.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn convert(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        conversion: &Conversion,
    ) -> Result<bool, StoreError> {
        let Conversion { unit_id, goal, event_id, value, occurred_at } = conversion;
        let key = EventKey::Conversion(unit_id.clone(), goal.clone(), event_id.clone());
        let outcome = Outcome { occurred_at: *occurred_at, value: *value };
        let mut item: Item = serde_dynamo::to_item(outcome).map_err(StoreError::broken)?;
        item.extend(sorted_key(events_partition(workspace, test, unit_id), key.write()));
        Ok(matches!(self.table.put_new(item).await?, Placed::Stored))
    }

    /// Folds all rows of the test's present phase as of now: partitions side by side, merged in their order.
    /// None when there are more than `most` units, if that is set.
    ///
    /// # Errors
    /// When the store is unavailable or a row cannot be read.
    pub async fn fold(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        most: Option<u64>,
        as_of: Timestamp,
    ) -> Result<Option<Totals>, StoreError> {
        let units = AtomicU64::new(0);
        let bound = Bound { units: &units, most };
        let numbers = 0..test.definition.partitions;
        let mut parts = stream::iter(numbers.map(|n| self.fold_partition(workspace, test, n, bound, as_of)))
            .buffered(SIDE_BY_SIDE);
        let mut all = Totals::empty(test);
        while let Some(part) = parts.try_next().await? {
            let Some(part) = part else { return Ok(None) };
            all.merge(&part);
        }
        Ok(Some(all))
    }

    async fn fold_partition(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        number: u32,
        bound: Bound<'_>,
        as_of: Timestamp,
    ) -> Result<Option<Totals>, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, number);
        let (mut fold, mut after) = (Fold::new(test, as_of), None);
        loop {
            let before = fold.units();
            let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
            for item in page.items {
                fold.push(row(item)?);
            }
            if bound.is_passed(fold.units() - before) {
                return Ok(None);
            }
            after = page.next;
            if after.is_none() {
                return Ok(Some(fold.finish()));
            }
        }
    }

    fn remember(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        assignment: &Assignment,
        now: Timestamp,
    ) {
        self.seen().put(memory_key(workspace, test, unit), (now, assignment.clone()));
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("table", &self.table).finish_non_exhaustive()
    }
}

fn memory_key(
    workspace: &Workspace,
    test: &Experiment,
    unit: &UnitId,
) -> (Workspace, ExperimentId, u32, UnitId) {
    (workspace.clone(), test.definition.test_id.clone(), test.phase, unit.clone())
}

fn assignment_key(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> Item {
    let key = EventKey::Assignment(unit.clone(), test.phase);
    sorted_key(events_partition(workspace, test, unit), key.write())
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
            let Outcome { occurred_at, value } = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
            Row::Converted(Conversion { unit_id, goal, event_id, value, occurred_at })
        }
    })
}
