//! A stored request and its states.
//!
//! An erasure runs twice. The first pass erases at once. Instances of other functions may still know an erased account
//! as a valid one for 30 s, so the last pass begins 60 s after the request was stored, and erases what was written in
//! between.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::body::{Demand, Kind};
use super::pseudonym::Pseudonym;
use crate::clock::Timestamp;
use crate::experiment::ExperimentId;

/// The time after which nothing can write an erased account any more, in milliseconds: the 30 s for which the set of
/// erased accounts is cached, and twice the time that a request may take.
pub const SETTLED_MS: i64 = 60_000;

/// The time for which a repetition of a request that is done is answered with it, in milliseconds: a day.
const REPEAT_MS: i64 = 86_400_000;

/// How long an access request can be read, in milliseconds: 30 days.
const ACCESS_MS: i64 = 30 * 86_400_000;

/// A request's id: a keyed hash of its content, so that a repeated request has the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivacyRequestId(Pseudonym);

impl PrivacyRequestId {
    /// Creates the id from the keyed hash of [`Demand::content`].
    #[must_use]
    pub fn of(hash: Pseudonym) -> Self {
        Self(hash)
    }

    /// Parses the written form.
    ///
    /// # Errors
    /// Returns an error that states the form.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        Pseudonym::parse(text).map(Self)
    }
}

impl std::fmt::Display for PrivacyRequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Demand {
    /// Returns the content by which a repeated request is recognized.
    #[must_use]
    pub fn content(&self) -> String {
        let mut content = format!("{}\n{}", self.kind.as_str(), self.reason.len());
        for part in std::iter::once(&self.reason).chain(&self.units) {
            content.push('\n');
            content.push_str(part);
        }
        content
    }
}

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The erasure has not ended.
    Pending,
    /// Access: the data can be read. Erasure: everything was erased, and the receipt states what.
    Done,
}

/// The number of items that were found, and then erased, by table.
pub type Counts = BTreeMap<String, u64>;

/// How far a pass has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When the pass began.
    pub began_at: Timestamp,
    /// The last test that is done.
    pub after: Option<ExperimentId>,
    /// When its last run ended.
    pub paused_at: Timestamp,
}

/// A stored request. Version 1 of its stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyRequest {
    /// The id.
    pub request_id: PrivacyRequestId,
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The accounts' ids. An erasure forgets them when it ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// The accounts' pseudonyms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pseudonyms: Vec<Pseudonym>,
    /// Why.
    pub reason: String,
    /// The user who asked.
    pub requested_by: String,
    /// When the request was stored.
    pub requested_at: Timestamp,
    /// The state.
    pub state: State,
    /// Incremented with every change, so that of two concurrent runs, one stops.
    pub revision: u64,
    /// Whether the first pass has ended.
    #[serde(default)]
    pub first_pass: bool,
    /// The pass in progress, if it did not end in the run that began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// What the passes found, under the part of the data and the pass, as in `test pricing-page 1`. Each part is
    /// counted before anything of it is erased, so that a pass that was interrupted counts nothing twice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub found: BTreeMap<String, Counts>,
    /// When the erasure ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The signed receipt of an erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

impl PrivacyRequest {
    /// Creates a request. An access request is done at once: its data is read when they are requested.
    #[must_use]
    pub fn new(
        request_id: PrivacyRequestId,
        demand: Demand,
        pseudonyms: Vec<Pseudonym>,
        requested_by: String,
        now: Timestamp,
    ) -> Self {
        let Demand { kind, units, reason } = demand;
        let state = if kind == Kind::Access { State::Done } else { State::Pending };
        Self {
            request_id,
            kind,
            units,
            pseudonyms,
            reason,
            requested_by,
            requested_at: now,
            state,
            revision: 1,
            first_pass: false,
            progress: None,
            found: BTreeMap::new(),
            completed_at: None,
            receipt: None,
        }
    }

    /// Returns the request as it is stored again. None while a repetition is answered with the stored request: until it
    /// is done, and for a day after that. To reapply is always done again, because another table may have been restored.
    #[must_use]
    pub fn renewed(&self, next: Self, now: Timestamp) -> Option<Self> {
        let done_at = self.completed_at.unwrap_or(self.requested_at);
        let is_old = self.kind == Kind::Reapply || now.millis() - done_at.millis() >= REPEAT_MS;
        (self.state == State::Done && is_old).then(|| Self { revision: self.revision + 1, ..next })
    }

    /// Returns whether an access request can no longer be read.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.kind == Kind::Access && now >= self.expires_at()
    }

    /// Returns when an access request expires: 30 days after it was stored.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.requested_at.millis() + ACCESS_MS)
    }

    /// Returns whether a pass that begins at `now` is the last one.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        now.millis() - self.requested_at.millis() >= SETTLED_MS
    }

    /// Returns when the next pass is due. None when there is none.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let settled = Timestamp::from_millis(self.requested_at.millis() + SETTLED_MS);
        let due = if self.first_pass { settled } else { self.requested_at };
        // A pass that needs several runs lets the requests of others go first.
        let due = self.progress.as_ref().map_or(due, |progress| progress.paused_at.max(due));
        (self.state == State::Pending).then_some(due)
    }

    /// Records what a pass found in a part of the data, unless the pass has recorded the part before. Returns whether
    /// the request was changed and must be stored before anything is erased.
    pub fn find(&mut self, part: &str, mut counts: Counts) -> bool {
        counts.retain(|_, count| *count > 0);
        let pass = if self.first_pass { 2 } else { 1 };
        let name = format!("{part} {pass}");
        if counts.is_empty() || self.found.contains_key(&name) {
            return false;
        }
        self.found.insert(name, counts);
        self.revision += 1;
        true
    }

    /// Returns the number of items by table that all passes found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut all = Counts::new();
        for (table, count) in self.found.values().flatten() {
            *all.entry(table.clone()).or_default() += count;
        }
        all
    }

    /// Records how far a pass has come whose run ends.
    pub fn pause(&mut self, began_at: Timestamp, after: Option<ExperimentId>, now: Timestamp) {
        self.progress = Some(Progress { began_at, after, paused_at: now });
        self.revision += 1;
    }

    /// Ends the first pass.
    pub fn end_first_pass(&mut self) {
        self.progress = None;
        self.first_pass = true;
        self.revision += 1;
    }

    /// Ends the erasure. Only pseudonyms remain of the accounts.
    pub fn complete(&mut self, receipt: String, now: Timestamp) {
        self.units.clear();
        self.found.clear();
        self.progress = None;
        self.state = State::Done;
        self.completed_at = Some(now);
        self.receipt = Some(receipt);
        self.revision += 1;
    }
}
