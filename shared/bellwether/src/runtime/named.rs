//! The accounts that the units of a request name by an id or an alias of the directory, and which of them were erased.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::app::App;
use crate::app::suppression::Suppression;
use crate::http::problem::Problem;
use domain::account::Account;
use domain::account::name::Name;
use domain::clock::Timestamp;
use domain::experiment::unit::UnitBody;
use domain::experiment::{Experiment, Unit, UnitId, UnitKind, Workspace};
use domain::validation::Invalid;
use domain::workspace::Settings;

/// The accounts of the units of a request. Without a directory, there are none.
#[derive(Debug)]
pub struct Named {
    kind: UnitKind,
    accounts: HashMap<UnitId, Arc<Account>>,
    suppression: Suppression,
}

impl Named {
    /// Reads the accounts that `texts` name, in a test with units of `kind`. In a workspace without a directory, this
    /// makes no call. Otherwise, names that this instance has not read in the last 30 s cost one call for each 100. The
    /// erased accounts of the workspace cost one call in 30 s.
    ///
    /// # Errors
    /// 503 when the store is unavailable. Without the directory, it is not known which account a name means.
    pub async fn read<'a>(
        app: &App,
        workspace: &Workspace,
        settings: &Settings,
        kind: UnitKind,
        texts: impl Iterator<Item = &'a str>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let suppression = app.suppression(workspace, now).await?;
        if !settings.has_directory {
            return Ok(Self { kind, accounts: HashMap::new(), suppression });
        }
        let names: Vec<UnitId> =
            texts.filter_map(|text| Name::read(kind, text).ok()).map(|name| name.key).collect();
        let accounts = app.store.accounts.recent(workspace, names.iter(), now).await?;
        Ok(Self { kind, accounts, suppression })
    }

    /// Returns whether a unit was erased. Then nothing may be stored about it.
    #[must_use]
    pub fn is_erased(&self, unit: &UnitId) -> bool {
        self.suppression.covers(self.kind, unit)
    }

    /// Returns the account that a text names. None if the directory has none, or if its id is not a unit of the test:
    /// then the test was created when the workspace had units of another kind.
    #[must_use]
    pub fn account(&self, text: &str) -> Option<&Account> {
        if self.accounts.is_empty() {
            return None;
        }
        let account = self.accounts.get(&Name::read(self.kind, text).ok()?.key)?;
        let is_unit = self.kind.unit(account.unit_id.as_str()).is_ok_and(|unit| unit == account.unit_id);
        is_unit.then_some(account)
    }
}

/// The accounts of the units of a request that concerns several tests, for each kind of units that they have.
#[derive(Debug)]
pub struct NamedByKind(HashMap<UnitKind, Named>);

impl NamedByKind {
    /// Reads the accounts that the texts `sent` name in these tests, as [`Named::read`] does for each kind.
    ///
    /// # Errors
    /// Those of [`Named::read`].
    pub async fn read(
        app: &App,
        workspace: &Workspace,
        settings: &Settings,
        tests: &[&Experiment],
        sent: &[&str],
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let mut by_kind = HashMap::new();
        for kind in tests.iter().map(|test| test.definition.unit_kind).collect::<HashSet<_>>() {
            let read = Named::read(app, workspace, settings, kind, sent.iter().copied(), now).await?;
            by_kind.insert(kind, read);
        }
        Ok(Self(by_kind))
    }

    /// Returns whether a unit of a test was erased. Then nothing may be stored about it.
    #[must_use]
    pub fn is_erased(&self, test: &Experiment, unit: &UnitId) -> bool {
        self.0.get(&test.definition.unit_kind).is_some_and(|named| named.is_erased(unit))
    }

    /// Returns the account that a text names in a test.
    #[must_use]
    pub fn account(&self, test: &Experiment, sent: &str) -> Option<&Account> {
        self.0.get(&test.definition.unit_kind)?.account(sent)
    }

    /// Parses a unit for a test. It has the id of its account, and what the request does not have from the directory.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer.
    pub fn unit(&self, test: &Experiment, body: UnitBody) -> Result<Unit, Vec<Invalid>> {
        let account = self.account(test, body.unit_id());
        let mut unit = Unit::named(body, test, account.map(|account| &account.unit_id))?;
        if let Some(account) = account {
            account.lend_to(&mut unit, &test.definition);
        }
        Ok(unit)
    }
}
