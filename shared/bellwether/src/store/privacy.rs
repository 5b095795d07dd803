//! Privacy requests, and the set of erased accounts of each workspace. The table is apart from the others, because it
//! must not be restored with them: it says what a restored table must not contain.
//!
//! `privacy/erased.rs` contains the set, `privacy/lists.rs` lists requests, `privacy/keys.rs` publishes the keys that
//! verify receipts, and [`super::erasing`] the erasure of rows.

mod erased;
mod keys;
mod lists;

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, sorted_key, text};
use super::ledger::{AuditedChange, Ledger, Made};
use super::schema::{DUE_AT, PENDING_IN, TTL};
use super::table::{Placed, Table};
use crate::cache::Cache;
use crate::config::Limits;
use domain::experiment::Workspace;
use domain::privacy::{Kind, PrivacyRequest, PrivacyRequestId, Pseudonym, State};

const DOCUMENT: &str = "document";
const REVISION: &str = "revision";
/// The prefix of the sort keys of requests.
const REQUEST: &str = "request ";
/// The only partition of the index of pending requests. There are few.
const ALL_PENDING: &str = "pending";

/// The `privacy` table, with a cache of this instance's sets of erased accounts.
#[derive(Debug)]
pub struct Privacy {
    table: Table,
    ledger: Ledger,
    seen: Cache<Workspace, Arc<HashSet<Pseudonym>>>,
}

impl Privacy {
    /// Creates the handle for `table`. Sets of erased accounts are cached within `limits`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger, limits: &Limits) -> Self {
        Self { table, ledger, seen: Cache::new(limits.cached_tests).for_seconds(limits.cache_seconds) }
    }

    /// Stores a new request together with its audit record, and adds the accounts of an erasure to the set of erased
    /// accounts. Returns the stored request if there is one with this id.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right.
    pub async fn create(
        &self,
        workspace: &Workspace,
        request: &PrivacyRequest,
        change: AuditedChange,
    ) -> Made<Option<PrivacyRequest>> {
        self.store(workspace, request, Condition::New, change).await
    }

    /// Stores a request again that was done before, as [`Self::create`] does. Returns the stored request if it was
    /// changed in the meantime.
    ///
    /// # Errors
    /// Those of [`Self::create`].
    pub async fn renew(
        &self,
        workspace: &Workspace,
        before: &PrivacyRequest,
        request: &PrivacyRequest,
        change: AuditedChange,
    ) -> Made<Option<PrivacyRequest>> {
        self.store(workspace, request, is_at(before), change).await
    }

    async fn store(
        &self,
        workspace: &Workspace,
        request: &PrivacyRequest,
        condition: Condition,
        change: AuditedChange,
    ) -> Made<Option<PrivacyRequest>> {
        let mut writes = vec![self.table.write(item(workspace, request)?, condition)];
        if request.kind == Kind::Erasure {
            writes.push(self.include(workspace, &request.pseudonyms).await?);
        }
        match self.ledger.make(change, writes).await? {
            Err(barred) => Ok(Err(barred)),
            Ok(Ok(())) => {
                self.seen.remove(workspace);
                Ok(Ok(None))
            }
            Ok(Err(_)) => {
                let stored = self.get(workspace, request.request_id).await?;
                stored
                    .map(|stored| Ok(Some(stored)))
                    .ok_or_else(|| StoreError::broken("a request is missing"))
            }
        }
    }

    /// Returns a request. None when the workspace has none with this id.
    ///
    /// # Errors
    /// When the store is unavailable or the stored document cannot be read.
    pub async fn get(
        &self,
        workspace: &Workspace,
        id: PrivacyRequestId,
    ) -> Result<Option<PrivacyRequest>, StoreError> {
        let item = self.table.get(sorted_key(workspace.as_str(), sort_key(id))).await?;
        item.as_ref().map(request).transpose()
    }

    /// Replaces `before` by `request`. False when it was changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn replace(
        &self,
        workspace: &Workspace,
        before: u64,
        request: &PrivacyRequest,
    ) -> Result<bool, StoreError> {
        let expected = Condition::Equals(REVISION, AttributeValue::N(before.to_string()));
        let placed = self.table.put_if(item(workspace, request)?, expected).await?;
        Ok(matches!(placed, Placed::Stored))
    }

    /// Replaces `before` by a request that is done, together with its audit record.
    ///
    /// # Errors
    /// When the store is unavailable, or the request was changed in the meantime.
    pub async fn complete(
        &self,
        workspace: &Workspace,
        before: u64,
        request: &PrivacyRequest,
        change: AuditedChange,
    ) -> Made<()> {
        let expected = Condition::Equals(REVISION, AttributeValue::N(before.to_string()));
        let write = self.table.write(item(workspace, request)?, expected);
        match self.ledger.make(change, vec![write]).await? {
            Err(barred) => Ok(Err(barred)),
            Ok(Ok(())) => Ok(Ok(())),
            Ok(Err(_)) => Err(StoreError::Unavailable("another run answers the same request".to_owned())),
        }
    }

    /// Deletes a request.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn delete(&self, workspace: &Workspace, id: PrivacyRequestId) -> Result<(), StoreError> {
        self.table.delete(sorted_key(workspace.as_str(), sort_key(id))).await
    }
}

fn is_at(request: &PrivacyRequest) -> Condition {
    Condition::Equals(REVISION, AttributeValue::N(request.revision.to_string()))
}

fn sort_key(id: PrivacyRequestId) -> String {
    format!("{REQUEST}{id}")
}

fn item(workspace: &Workspace, request: &PrivacyRequest) -> Result<Item, StoreError> {
    let mut item = sorted_key(workspace.as_str(), sort_key(request.request_id));
    let document = serde_json::to_string(request).map_err(StoreError::broken)?;
    item.insert(DOCUMENT.to_owned(), AttributeValue::S(document));
    item.insert(REVISION.to_owned(), AttributeValue::N(request.revision.to_string()));
    if let Some(due) = request.due_at() {
        item.insert(PENDING_IN.to_owned(), AttributeValue::S(ALL_PENDING.to_owned()));
        item.insert(DUE_AT.to_owned(), AttributeValue::S(String::from(due)));
    }
    if request.kind == Kind::Access && request.state == State::Done {
        let end = request.expires_at().seconds();
        item.insert(TTL.to_owned(), AttributeValue::N(end.to_string()));
    }
    Ok(item)
}

fn request(item: &Item) -> Result<PrivacyRequest, StoreError> {
    serde_json::from_str(text(item, DOCUMENT)?).map_err(StoreError::broken)
}
