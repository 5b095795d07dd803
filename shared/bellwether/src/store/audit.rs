//! Audit records. Functions can only add records: none reads, changes or deletes one.

mod kinds;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use kinds::{Action, Outcome, Realm};

use super::StoreError;
use super::item::{Item, sorted_key};
use super::table::Table;
use crate::net::request_id::RequestId;
use crate::net::source::Source;
use domain::clock::Timestamp;
use screen::Findings;

/// The number of partitions over which a workspace's records are spread at random. DynamoDB accepts about
/// 1,000 writes a second to a partition, and every change in the workspace writes a record.
pub const SHARDS: u8 = 16;

/// The actor of operations that were invoked under IAM.
pub const OPERATOR: &str = "operator";

/// A record of one action.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// When the action took place.
    pub at: Timestamp,
    /// The id of the request, as in its response. The caller may have chosen it.
    pub request_id: String,
    /// The gateway's own id of the request, which no caller can choose. Empty, and omitted, for operations
    /// under IAM.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub extended_request_id: String,
    /// The workspace, or `-` for an action that concerns all workspaces.
    pub workspace: Realm,
    /// The actor: the subject of a token, a client, or [`OPERATOR`].
    pub actor: String,
    /// The source address. None for operations under IAM.
    pub source: Option<String>,
    /// The action.
    pub action: Action,
    /// The target: the id of a user, client or test, or the route.
    pub target: String,
    /// The outcome.
    pub outcome: Outcome,
    /// Further information: names of changed fields, never their secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The origin of a change: what a record contains besides the change itself.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// When the change is made.
    pub at: Timestamp,
    /// The ids of the request.
    pub request_id: RequestId,
    /// The source address. None for operations under IAM.
    pub source: Option<Source>,
    /// 128 random bits, which distinguish records of the same moment.
    pub unique: [u8; 16],
}

impl Provenance {
    /// Creates the record of an action.
    #[must_use]
    pub fn record(
        &self,
        realm: impl Into<Realm>,
        actor: impl std::fmt::Display,
        action: Action,
        target: impl std::fmt::Display,
    ) -> Entry {
        let record = Record {
            at: self.at,
            request_id: self.request_id.id.clone(),
            extended_request_id: self.request_id.extended.clone(),
            workspace: realm.into(),
            actor: actor.to_string(),
            source: self.source.map(|source| source.to_string()),
            action,
            target: target.to_string(),
            outcome: Outcome::Done,
            detail: None,
        };
        Entry { record, unique: self.unique }
    }
}

/// A record and the random part of its key.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The record.
    pub record: Record,
    unique: [u8; 16],
}

impl Entry {
    /// Adds the names of the fields that a change modified, and the new revision.
    #[must_use]
    pub fn change(self, revision: u64, old: &impl Serialize, new: &impl Serialize) -> Self {
        let [old, new] =
            [serde_json::to_value(old), serde_json::to_value(new)].map(Result::unwrap_or_default);
        let names = new.as_object().into_iter().flatten().filter(|(name, value)| old[name] != **value);
        let names = names.map(|(name, _)| name.as_str());
        let response: Vec<_> = names.filter(|name| !matches!(*name, "revision" | "updated_at")).collect();
        self.detail(format!("revision {revision}: {}", response.join(", ")))
    }

    /// Marks the action as refused.
    #[must_use]
    pub fn denied(mut self) -> Self {
        self.record.outcome = Outcome::Denied;
        self
    }

    /// Adds details.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.record.detail = Some(detail.into());
        self
    }

    /// Adds which texts of the changed test read like instructions to a language model.
    #[must_use]
    pub fn suspect(mut self, found: &Findings) -> Self {
        let parts = self.record.detail.into_iter().chain(found.detail());
        self.record.detail = parts.reduce(|known, more| format!("{known}; {more}"));
        self
    }

    /// Adds that the author of the change has acknowledged suspect text.
    #[must_use]
    pub fn acknowledged(mut self, acknowledged: bool) -> Self {
        if acknowledged {
            let detail = self.record.detail.unwrap_or_default();
            self.record.detail = Some(format!("{detail}; acknowledged with acknowledge_suspect"));
        }
        self
    }

    pub(super) fn item(&self) -> Result<Item, StoreError> {
        let mut item: Item = serde_dynamo::to_item(&self.record).map_err(StoreError::broken)?;
        let unique = u128::from_be_bytes(self.unique);
        let sk = format!("{:015} {unique:032x}", self.record.at.millis());
        item.extend(sorted_key(self.partition(), sk));
        Ok(item)
    }

    fn partition(&self) -> String {
        format!("{}/{:02}", String::from(self.record.workspace.clone()), self.unique[0] % SHARDS)
    }

    /// Writes the record's log line. JSON escapes characters that would break the line.
    pub(super) fn log(&self) {
        let record = serde_json::to_string(&self.record).unwrap_or_default();
        tracing::info!(audit = record, "audit");
    }
}

/// The `audit` table.
#[derive(Debug)]
pub struct Audit {
    table: Table,
}

impl Audit {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Stores a record without a change.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn put(&self, entry: &Entry) -> Result<(), StoreError> {
        self.table.put(entry.item()?).await?;
        entry.log();
        Ok(())
    }
}
