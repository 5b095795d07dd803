//! The receipt of an erasure.

use serde::{Deserialize, Serialize};

use super::pseudonym::Pseudonym;
use super::request::{Counts, PrivacyRequest, PrivacyRequestId};
use crate::clock::Timestamp;
use crate::experiment::Workspace;

const DAY_SECONDS: i64 = 86_400;

/// What an erasure has done. It is signed, and contains no id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The service that signs it.
    pub iss: String,
    /// The workspace.
    pub workspace: Workspace,
    /// The request.
    pub request_id: PrivacyRequestId,
    /// The pseudonyms of the erased accounts, under the key of the deployment.
    pub pseudonyms: Vec<Pseudonym>,
    /// Why, in the words of the request.
    pub reason: String,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When nothing was left.
    pub completed_at: Timestamp,
    /// The number of items that were found and erased, by table.
    pub erased: Counts,
    /// When the last backup that may contain the accounts ends. Null without backups.
    pub backups_until: Option<Timestamp>,
}

impl Receipt {
    /// Creates the receipt of a request that ends at `now`. Backups are kept for `backup_days` days.
    #[must_use]
    pub fn of(
        request: &PrivacyRequest,
        workspace: &Workspace,
        issuer: &str,
        backup_days: Option<u32>,
        now: Timestamp,
    ) -> Self {
        let until = |days: u32| Timestamp::from_seconds(now.seconds() + i64::from(days) * DAY_SECONDS);
        Self {
            iss: issuer.to_owned(),
            workspace: workspace.clone(),
            request_id: request.request_id,
            pseudonyms: request.pseudonyms.clone(),
            reason: request.reason.clone(),
            requested_at: request.requested_at,
            completed_at: now,
            erased: request.counts(),
            backups_until: backup_days.map(until),
        }
    }
}
