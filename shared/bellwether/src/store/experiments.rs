//! Definitions of tests: created once, changed under an optimistic lock. Every past revision is kept.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, sorted_key, text};
use super::key;
use super::ledger::{AuditedChange, Ledger, Made};
use super::live::{LISTS, LiveTests};
use super::schema::{AGGREGATED_AT, LIVE_IN, LIVE_UNTIL, SHARD, SHARDS};
use super::table::Table;
use crate::cache::Cache;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::bucket::fnv1a32;
use domain::experiment::{Experiment, ExperimentId, Workspace};

pub(super) const DOCUMENT: &str = "document";
pub(super) const REVISION: &str = "revision";

/// The `tests` table, with a cache of this instance's running tests.
#[derive(Debug)]
pub struct Experiments {
    pub(super) table: Table,
    ledger: Ledger,
    seen: Cache<(Workspace, ExperimentId), Arc<Experiment>>,
    pub(super) lists: Cache<Workspace, LiveTests>,
}

/// The result of creating a test.
#[derive(Debug)]
pub enum Created {
    /// The test was stored.
    New,
    /// A test with this name already exists.
    Exists(Box<Experiment>),
}

impl Experiments {
    /// Creates the handle for `table`. Running tests are cached within `limits`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger, limits: &Limits) -> Self {
        let lists = Cache::new(limits.cached_tests.min(LISTS)).for_seconds(limits.cache_seconds);
        Self { table, ledger, seen: Cache::new(limits.cached_tests).for_seconds(limits.cache_seconds), lists }
    }

    /// Reads the current state of a test. None when the workspace has no test of that name.
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

    /// Reads the current states of at most 100 distinct tests, in the order of `test_ids`, with one call. None for
    /// a name of which the workspace has no test.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    pub async fn get_all(
        &self,
        workspace: &Workspace,
        test_ids: &[ExperimentId],
    ) -> Result<Vec<Option<Experiment>>, StoreError> {
        let key = |id: &ExperimentId| sorted_key(workspace.as_str(), id.as_str());
        let mut found = HashMap::new();
        for item in self.table.get_all(test_ids.iter().map(key).collect()).await? {
            let test = experiment(&item)?;
            found.insert(test.definition.test_id.clone(), test);
        }
        Ok(test_ids.iter().map(|id| found.remove(id)).collect())
    }

    /// Returns the test from memory if it was read as running or shipped in the last 30 s, otherwise reads
    /// it. A stop takes effect within that time.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    pub async fn recent(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
        now: Timestamp,
    ) -> Result<Option<Arc<Experiment>>, StoreError> {
        if let Some(test) = self.remembered(workspace, test_id, now) {
            return Ok(Some(test));
        }
        let found = self.get(workspace, test_id).await?;
        Ok(found.map(|test| self.remember(workspace, Arc::new(test), now)))
    }

    /// Returns the test from memory, if it was read as running or shipped in the last 30 s.
    pub(super) fn remembered(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
        now: Timestamp,
    ) -> Option<Arc<Experiment>> {
        self.seen.get(&(workspace.clone(), test_id.clone()), now)
    }

    /// Caches a test that was read, if it is running or shipped.
    pub(super) fn remember(
        &self,
        workspace: &Workspace,
        test: Arc<Experiment>,
        now: Timestamp,
    ) -> Arc<Experiment> {
        let key = (workspace.clone(), test.definition.test_id.clone());
        if test.status.is_live() {
            self.seen.put(key, test.clone(), now);
        } else {
            self.seen.remove(&key);
        }
        test
    }

    /// Stores a new test together with its audit record.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right, or a quota
    /// is reached.
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
        let old = old.ok_or_else(|| StoreError::broken("a test is missing"))?;
        Ok(Ok(Created::Exists(Box::new(old))))
    }

    /// Replaces a test by its next revision, stores the old one, and writes the audit record. False when the
    /// test was changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right.
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
        self.lists.remove(workspace);
        Ok(acted.map(|won| won.is_ok()))
    }
}

/// The item of the current state of a test: its document, the fields that lists show, and its keys in the
/// sparse indexes while it must be aggregated and while it is live. A changed test is aggregated next.
fn current(workspace: &Workspace, test: &Experiment) -> Result<Item, StoreError> {
    let id = test.definition.test_id.as_str();
    let mut item = sorted_key(workspace.as_str(), id);
    let mut put = |name: &str, value: String| item.insert(name.to_owned(), AttributeValue::S(value));
    put("name", test.definition.name.clone());
    put("status", test.status.as_str().to_owned());
    put("updated_at", String::from(test.updated_at));
    if let Some(until) = test.live_until() {
        put(LIVE_IN, workspace.to_string());
        put(LIVE_UNTIL, String::from(until));
    }
    if test.status.is_live() {
        put(SHARD, (fnv1a32(id.encode_utf16()) % SHARDS).to_string());
        put(AGGREGATED_AT, "0".to_owned());
    }
    item.insert(REVISION.to_owned(), AttributeValue::N(test.revision.to_string()));
    item.insert(DOCUMENT.to_owned(), document(test)?);
    Ok(item)
}

pub(super) fn document(test: &Experiment) -> Result<AttributeValue, StoreError> {
    serde_json::to_string(test).map(AttributeValue::S).map_err(StoreError::broken)
}

pub(super) fn experiment(item: &Item) -> Result<Experiment, StoreError> {
    serde_json::from_str(text(item, DOCUMENT)?).map_err(StoreError::broken)
}
