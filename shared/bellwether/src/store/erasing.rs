//! Everything that is stored about one account in a test: its rows in `events`, and the revisions of the test that
//! name it. Each can be read and erased. Erasing what is already erased changes nothing, so an erasure that was
//! interrupted is repeated as a whole.

use std::collections::BTreeSet;

use super::StoreError;
use super::condition::Condition;
use super::events::Events;
use super::experiments::{DOCUMENT, Experiments, document, experiment};
use super::item::{Item, sorted_key, text};
use super::key::{self, EventKey, events_partition};
use super::ledger::{AuditedChange, Made};
use super::query::Query;
use super::schema::{PK, SK};
use super::table::Placed;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, UnitId, Workspace};
use domain::privacy::Pseudonym;
use domain::results::counting::row::ErasedUnit;

impl Events {
    /// Returns all rows of a unit in a test, of every phase.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn rows_of(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
    ) -> Result<Vec<Item>, StoreError> {
        let (partition, prefix) = (events_partition(workspace, test, unit), EventKey::prefix(unit));
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let query = Query { beginning: Some((SK, &prefix)), after, ..Query::of(&partition) };
            let page = self.table.query(query).await?;
            rows.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Calls `each` with every unit that has a row in a test, once or more often.
    ///
    /// # Errors
    /// When the store is unavailable or a key cannot be read.
    pub async fn for_each_unit(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        each: &mut (dyn FnMut(&UnitId) + Send),
    ) -> Result<(), StoreError> {
        for number in 0..test.definition.partitions {
            let partition = key::partition(workspace, &test.definition.test_id, number);
            let mut after = None;
            loop {
                let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
                for row in &page.items {
                    EventKey::unit_of(text(row, SK)?).iter().for_each(&mut *each);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Erases a row of a unit. Before an assignment is deleted, what results need of it is stored under the unit's
    /// pseudonym.
    ///
    /// # Errors
    /// When the store is unavailable or the row cannot be read.
    pub async fn erase(&self, row: Item, pseudonym: Pseudonym) -> Result<(), StoreError> {
        let (partition, sort_key) = (text(&row, PK)?.to_owned(), text(&row, SK)?.to_owned());
        if let Some(EventKey::Assignment(_, phase)) = EventKey::read(&sort_key) {
            let Assignment { variant, revision, .. } =
                serde_dynamo::from_item(row).map_err(StoreError::broken)?;
            let remains = ErasedUnit { variant, phase, revision };
            let mut item: Item = serde_dynamo::to_item(&remains).map_err(StoreError::broken)?;
            item.extend(sorted_key(&partition, EventKey::Erased(pseudonym, phase).write()));
            self.table.put_new(item).await?;
        }
        self.table.delete(sorted_key(partition, sort_key)).await
    }
}

impl Experiments {
    /// Returns the past revisions of a test that name one of `units`.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn past_naming(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        units: &BTreeSet<UnitId>,
    ) -> Result<Vec<Experiment>, StoreError> {
        let mut past = self.every_past(workspace, test).await?;
        past.retain(|past| past.named_units().any(|unit| units.contains(unit)));
        Ok(past)
    }

    /// Returns the past revisions of a test that name any unit.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn every_past(
        &self,
        workspace: &Workspace,
        test: &Experiment,
    ) -> Result<Vec<Experiment>, StoreError> {
        let partition = key::history(workspace, &test.definition.test_id);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
            for item in &page.items {
                let past = experiment(item)?;
                if past.named_units().next().is_some() {
                    found.push(past);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Removes units from past revisions.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn erase_past(
        &self,
        workspace: &Workspace,
        past: &[Experiment],
        units: &BTreeSet<UnitId>,
    ) -> Result<(), StoreError> {
        for past in past {
            let Some(without) = past.without(units) else { continue };
            let partition = key::history(workspace, &past.definition.test_id);
            let mut item = sorted_key(partition, key::revision(past.revision));
            item.insert(DOCUMENT.to_owned(), document(&without)?);
            // Another run may have changed the revision since it was read. Then this one is repeated.
            let unchanged = Condition::Equals(DOCUMENT, document(past)?);
            if let Placed::Exists(_) = self.table.put_if(item, unchanged).await? {
                return Err(StoreError::Unavailable("a past revision was changed by another run".to_owned()));
            }
        }
        Ok(())
    }

    /// Removes units from the current state of a test, as a new revision. The revision that becomes a past one is
    /// stored without them. False when the test was changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn erase_current(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        units: &BTreeSet<UnitId>,
        now: Timestamp,
        change: AuditedChange,
    ) -> Made<bool> {
        let Some(without) = test.without(units) else { return Ok(Ok(true)) };
        let next = without.clone().after_erasure(now);
        self.replace(workspace, &without, &next, change).await
    }
}
