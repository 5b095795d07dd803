//! Accounts that were erased: nothing may be stored about them any more.

use std::collections::HashSet;
use std::sync::Arc;

use super::App;
use crate::auth::keys::PseudonymKey;
use crate::http::problem::Problem;
use domain::clock::Timestamp;
use domain::experiment::{UnitId, UnitKind, Workspace};
use domain::privacy::Pseudonym;

/// The erased accounts of a workspace, as this instance knew them at most 30 s ago.
#[derive(Debug)]
pub struct Suppression {
    pub(crate) workspace: Workspace,
    erased: Arc<HashSet<Pseudonym>>,
    /// The key of pseudonyms. None while there are no erased accounts, so that it is not read.
    key: Option<Arc<PseudonymKey>>,
}

impl App {
    /// Reads the erased accounts of a workspace: from memory if they were read in the last 30 s, otherwise with one
    /// call.
    ///
    /// # Errors
    /// 503 when the store, or the key of pseudonyms, cannot be read.
    pub async fn suppression(&self, workspace: &Workspace, now: Timestamp) -> Result<Suppression, Problem> {
        let erased = self.store.privacy.erased(workspace, now).await?;
        let key = if erased.is_empty() { None } else { Some(self.pseudonyms.get(now).await?) };
        Ok(Suppression { workspace: workspace.clone(), erased, key })
    }
}

impl Suppression {
    /// Whether the account was erased.
    #[must_use]
    pub fn covers(&self, kind: UnitKind, unit: &UnitId) -> bool {
        let pseudonym = |key: &Arc<PseudonymKey>| key.pseudonym(&self.workspace, kind, unit);
        self.key.as_ref().map(pseudonym).is_some_and(|own| self.erased.contains(&own))
    }
}
