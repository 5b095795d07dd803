//! Definitions of tests: created once, changed under an optimistic lock, every past revision kept.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, sorted_key, text};
use super::key;
use super::ledger::{AuditedChange, Ledger, Made};
use super::query::Query;
use super::schema::{AGGREGATED_AT, SHARD, SHARDS};
use super::table::Table;
use crate::cache::Cache;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::bucket::fnv1a32;
use domain::experiment::{Experiment, ExperimentId, Status, Workspace};

const DOCUMENT: &str = "document";
pub(super) const REVISION: &str = "revision";

/// The `tests` table, with the running tests that this instance has seen.
#[derive(Debug)]
pub struct Experiments {
    pub(super) table: Table,
    ledger: Ledger,
    seen: Cache<(Workspace, ExperimentId), Arc<Experiment>>,
}

/// What became of a test that was to be created.
#[derive(Debug)]
pub enum Created {
    /// It is stored.
    New,
    /// One with its name was there before.
    Exists(Box<Experiment>),
}

impl Experiments {
    /// The tests in `table`; running ones are remembered within `limits`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger, limits: &Limits) -> Self {
        Self { table, ledger, seen: Cache::new(limits.cached_tests).for_seconds(limits.cache_seconds) }
    }

    /// Reads a test as it stands now; None when the workspace has none of that name.
    ///
    /// # Errors
    /// When the store is unavailable or the stored document cannot be read.
    pub async fn get(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
    ) -> Result<Option<Experiment>, StoreError> {
        let item = self.table.get(sorted_key(workspace.as_str(), test_id.as_str())).await?;
        item.as_ref().map(experiment).transpose()
    }

    /// The same, from memory when it was read running or shipped within the last 30 s: a stop takes
    /// effect within that time.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn recent(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
        now: Timestamp,
    ) -> Result<Option<Arc<Experiment>>, StoreError> {
        let key = (workspace.clone(), test_id.clone());
        if let Some(test) = self.seen.get(&key, now) {
            return Ok(Some(test));
        }
        let found = self.get(workspace, test_id).await?.map(Arc::new);
        match found.as_ref().filter(|test| test.status.is_live()) {
            Some(test) => self.seen.put(key, test.clone(), now),
            None => self.seen.remove(&key),
        }
        Ok(found)
    }

    /// Stores a new test together with the record of it.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor may not any more.
    pub async fn create(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        change: AuditedChange,
    ) -> Made<Created> {
        let write = self.table.write(current(workspace, test)?, Condition::New);
        match self.ledger.make(change, vec![write]).await? {
            Err(superseded) => return Ok(Err(superseded)),
            Ok(Ok(())) => return Ok(Ok(Created::New)),
            Ok(Err(_)) => {}
        }
        let old = self.get(workspace, &test.definition.test_id).await?;
        let old = old.ok_or_else(|| StoreError::broken("a test is gone"))?;
        Ok(Ok(Created::Exists(Box::new(old))))
    }

    /// Replaces a test by its next revision and keeps the old one, together with the record of it;
    /// false when it was changed by somebody else meanwhile.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor may not any more.
    pub async fn replace(
        &self,
        workspace: &Workspace,
        old: &Experiment,
        new: &Experiment,
        change: AuditedChange,
    ) -> Made<bool> {
        let id = &old.definition.test_id;
        let mut past = sorted_key(key::history(workspace, id), key::revision(old.revision));
        past.insert(DOCUMENT.to_owned(), document(old)?);
        let expected = AttributeValue::N(old.revision.to_string());
        let writes = vec![
            self.table.write(past, Condition::New),
            self.table.write(current(workspace, new)?, Condition::Equals(REVISION, expected)),
        ];
        let acted = self.ledger.make(change, writes).await?;
        self.seen.remove(&(workspace.clone(), id.clone()));
        Ok(acted.map(|won| won.is_ok()))
    }

    /// The tests of a workspace that have been started and are not archived, by name.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn started(&self, workspace: &Workspace) -> Result<Vec<Experiment>, StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.table.query(Query { after, ..Query::of(workspace.as_str()) }).await?;
            for item in &page.items {
                if [Status::Running, Status::Paused, Status::Stopped, Status::Shipped]
                    .map(Status::as_str)
                    .contains(&text(item, "status")?)
                {
                    found.push(experiment(item)?);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}

/// The item of a test as it stands: its document, what lists show, and its place in the sparse
/// index while it is to be folded. A change puts it first in line for the next fold.
fn current(workspace: &Workspace, test: &Experiment) -> Result<Item, StoreError> {
    let id = test.definition.test_id.as_str();
    let mut item = sorted_key(workspace.as_str(), id);
    let mut put = |name: &str, value: String| item.insert(name.to_owned(), AttributeValue::S(value));
    put("name", test.definition.name.clone());
    put("status", test.status.as_str().to_owned());
    put("updated_at", String::from(test.updated_at));
    if test.status.is_live() {
        put(SHARD, (fnv1a32(id.encode_utf16()) % SHARDS).to_string());
        put(AGGREGATED_AT, "0".to_owned());
    }
    item.insert(REVISION.to_owned(), AttributeValue::N(test.revision.to_string()));
    item.insert(DOCUMENT.to_owned(), document(test)?);
    Ok(item)
}

fn document(test: &Experiment) -> Result<AttributeValue, StoreError> {
    serde_json::to_string(test).map(AttributeValue::S).map_err(StoreError::broken)
}

pub(super) fn experiment(item: &Item) -> Result<Experiment, StoreError> {
    serde_json::from_str(text(item, DOCUMENT)?).map_err(StoreError::broken)
}
