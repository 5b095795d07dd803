//! Who did what. Functions may only put records here: none reads, changes or deletes one.

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

/// Over how many partitions a workspace's records are spread, at random. DynamoDB takes about 1,000 writes a
/// second to one, and every change of the workspace needs its record.
pub const SHARDS: u8 = 16;

/// The actor of what came under IAM.
pub const OPERATOR: &str = "operator";

/// One thing that was done.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// In which request: the id that its answer has, which a caller may have chosen.
    pub request_id: String,
    /// The gateway's own id of it, which no caller chooses; empty, and left out, for what came under IAM.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub extended_request_id: String,
    /// In which workspace; `-` for what concerns them all.
    pub workspace: Realm,
    /// By whom: the subject of a token, a client, or [`OPERATOR`].
    pub actor: String,
    /// From which address; None for what came under IAM.
    pub source: Option<String>,
    /// What was done.
    pub action: Action,
    /// To what: the id of a user, client or test, or the route.
    pub target: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What else a reader wants to know: names of changed fields, never their secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Where a change comes from: what a record needs beside the change itself.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// When it is made.
    pub at: Timestamp,
    /// In which request.
    pub request_id: RequestId,
    /// From which address; None for what came under IAM.
    pub source: Option<Source>,
    /// 128 random bits, which tell records of the same moment apart.
    pub unique: [u8; 16],
}

impl Provenance {
    /// The record of something that was done.
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

/// A record and what makes its key unlike any other's.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The record.
    pub record: Record,
    unique: [u8; 16],
}

impl Entry {
    /// The same, naming what a change made different, and what revision it led to.
    #[must_use]
    pub fn change(self, revision: u64, old: &impl Serialize, new: &impl Serialize) -> Self {
        let [old, new] =
            [serde_json::to_value(old), serde_json::to_value(new)].map(Result::unwrap_or_default);
        let names = new.as_object().into_iter().flatten().filter(|(name, value)| old[name] != **value);
        let names = names.map(|(name, _)| name.as_str());
        let response: Vec<_> = names.filter(|name| !matches!(*name, "revision" | "updated_at")).collect();
        self.detail(format!("revision {revision}: {}", response.join(", ")))
    }

    /// The same, but refused.
    #[must_use]
    pub fn denied(mut self) -> Self {
        self.record.outcome = Outcome::Denied;
        self
    }

    /// The same, saying more.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.record.detail = Some(detail.into());
        self
    }

    /// The same, naming what in the changed test reads like an instruction to a language model.
    #[must_use]
    pub fn suspect(mut self, found: &Findings) -> Self {
        let parts = self.record.detail.into_iter().chain(found.detail());
        self.record.detail = parts.reduce(|known, more| format!("{known}; {more}"));
        self
    }

    /// The same, saying that whoever made the change has acknowledged what is suspect.
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

    /// The log's line of it. JSON escapes what would break a line.
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
    /// The records in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Stores a record by itself, for what changes nothing else.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn put(&self, entry: &Entry) -> Result<(), StoreError> {
        self.table.put(entry.item()?).await?;
        entry.log();
        Ok(())
    }
}
