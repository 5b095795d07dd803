//! Accounts that were erased: nothing may be stored about them any more.

use std::collections::HashSet;
use std::sync::Arc;

use super::App;
use crate::auth::keys::PseudonymKey;
use crate::http::problem::Problem;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, UnitId, UnitKind, Workspace};
use domain::privacy::Pseudonym;
use domain::validation::{Invalid, escape};

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
    /// Whether a name of an account was erased, whatever kind of account it is. An alias can be of another kind than the
    /// ids of its workspace.
    #[must_use]
    pub fn covers_name(&self, name: &UnitId) -> bool {
        UnitKind::ALL.into_iter().any(|kind| self.covers(kind, name))
    }

    /// Checks that a test names no erased account that `before` does not name.
    ///
    /// # Errors
    /// 422 with the pointer of each override and each known unit that was erased.
    pub fn check(&self, test: &Experiment, before: Option<&Experiment>) -> Result<(), Problem> {
        let (kind, definition) = (test.definition.unit_kind, &test.definition);
        let was_named = |unit: &UnitId| before.is_some_and(|old| old.named_units().any(|own| own == unit));
        let is_refused = |unit: &UnitId| self.covers(kind, unit) && !was_named(unit);
        let overrides = definition.overrides.keys().filter(|unit| is_refused(unit));
        let overrides = overrides.map(|unit| format!("/overrides/{}", escape(unit.as_str())));
        let known = definition.known_units.iter().flatten().enumerate();
        let known = known.filter(|(_, own)| !own.erased && is_refused(&own.unit_id));
        let known = known.map(|(index, _)| format!("/known_units/{index}/unit_id"));
        let detail = "was erased, and nothing may be stored about it; remove the entry";
        let refused: Vec<_> = overrides.chain(known).map(|pointer| Invalid::new(pointer, detail)).collect();
        if refused.is_empty() { Ok(()) } else { Err(Problem::Invalid(refused)) }
    }

    /// Whether the account was erased.
    #[must_use]
    pub fn covers(&self, kind: UnitKind, unit: &UnitId) -> bool {
        let pseudonym = |key: &Arc<PseudonymKey>| key.pseudonym(&self.workspace, kind, unit);
        self.key.as_ref().map(pseudonym).is_some_and(|own| self.erased.contains(&own))
    }
}
