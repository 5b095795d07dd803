//! The settings of workspaces, changed under an optimistic lock. They are in `tests`, so that functions that read tests
//! need no other table.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::experiments::REVISION;
use super::item::{Item, sorted_key, text};
use super::key;
use super::ledger::{AuditedChange, Ledger, Made};
use super::table::Table;
use crate::cache::Cache;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::workspace::Settings;

const DOCUMENT: &str = "document";

/// The settings in the `tests` table, with a cache of this instance.
#[derive(Debug)]
pub struct Workspaces {
    table: Table,
    ledger: Ledger,
    seen: Cache<Workspace, Arc<Settings>>,
}

impl Workspaces {
    /// Creates the handle for `table`. Settings are cached within `limits`, like tests.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger, limits: &Limits) -> Self {
        Self { table, ledger, seen: Cache::new(limits.cached_tests).for_seconds(limits.cache_seconds) }
    }

    /// Reads the settings of a workspace. A workspace without stored settings has the default ones.
    ///
    /// # Errors
    /// When the store is unavailable or the stored settings cannot be read.
    pub async fn get(&self, workspace: &Workspace) -> Result<Settings, StoreError> {
        let item = self.table.get(settings_key(workspace)).await?;
        item.as_ref().map_or_else(|| Ok(Settings::default()), settings)
    }

    /// Returns the settings from memory if they were read in the last 30 s, otherwise reads them.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    pub async fn recent(&self, workspace: &Workspace, now: Timestamp) -> Result<Arc<Settings>, StoreError> {
        if let Some(settings) = self.seen.get(workspace, now) {
            return Ok(settings);
        }
        let settings = Arc::new(self.get(workspace).await?);
        self.seen.put(workspace.clone(), settings.clone(), now);
        Ok(settings)
    }

    /// Replaces the settings by their next revision, and writes the audit record. False when they were changed in the
    /// meantime.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right.
    pub async fn replace(
        &self,
        workspace: &Workspace,
        old: &Settings,
        new: &Settings,
        change: AuditedChange,
    ) -> Made<bool> {
        let mut item = settings_key(workspace);
        let document = serde_json::to_string(new).map_err(StoreError::broken)?;
        item.insert(DOCUMENT.to_owned(), AttributeValue::S(document));
        item.insert(REVISION.to_owned(), AttributeValue::N(new.revision.to_string()));
        let unchanged = match old.revision {
            0 => Condition::New,
            revision => Condition::Equals(REVISION, AttributeValue::N(revision.to_string())),
        };
        let made = self.ledger.make(change, vec![self.table.write(item, unchanged)]).await?;
        self.seen.remove(workspace);
        Ok(made.map(|won| won.is_ok()))
    }
}

fn settings_key(workspace: &Workspace) -> Item {
    sorted_key(key::of_workspace(workspace), "settings")
}

fn settings(item: &Item) -> Result<Settings, StoreError> {
    serde_json::from_str(text(item, DOCUMENT)?).map_err(StoreError::broken)
}
