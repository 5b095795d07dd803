//! The erasure of accounts: their items under every name, and the references of other accounts to them.

use std::collections::HashSet;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::super::StoreError;
use super::Accounts;
use super::items::name_key;
use super::saving::Saved;
use domain::account::Account;
use domain::account::place::Place;
use domain::clock::Timestamp;
use domain::experiment::{UnitId, Workspace};

/// The number of items that are deleted concurrently.
const AT_ONCE: usize = 16;

impl Accounts {
    /// Deletes an account under its id and all its aliases. An account that was deleted in part is deleted again by the
    /// names that are left.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn erase(&self, workspace: &Workspace, account: &Account) -> Result<(), StoreError> {
        // The id is deleted last, because the other names are found through it.
        let aliases = account.aliases.iter().map(|name| self.table.delete(name_key(workspace, name)));
        try_join_all(aliases).await?;
        self.table.delete(name_key(workspace, &account.unit_id)).await?;
        self.forget(workspace, account);
        Ok(())
    }

    /// Deletes the items of names, whatever they contain.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn erase_names(
        &self,
        workspace: &Workspace,
        names: impl Iterator<Item = &UnitId>,
    ) -> Result<(), StoreError> {
        let deletes: Vec<_> = names.map(|name| self.table.delete(name_key(workspace, name))).collect();
        stream::iter(deletes).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Returns one page of the accounts whose parent is one of `names`, and where the next page begins.
    ///
    /// # Errors
    /// When the store is unavailable or an account cannot be read.
    pub async fn children(
        &self,
        workspace: &Workspace,
        names: &HashSet<UnitId>,
        after: Option<&Place>,
    ) -> Result<(Vec<Account>, Option<Place>), StoreError> {
        let (mut accounts, next) = self.page(workspace, after, None).await?;
        accounts.retain(|account| account.parent.as_ref().is_some_and(|parent| names.contains(parent)));
        Ok((accounts, next))
    }

    /// Removes names from the aliases of an account. [`Saved::Outdated`] when the account was changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn strip(
        &self,
        workspace: &Workspace,
        account: &Account,
        names: &HashSet<UnitId>,
        now: Timestamp,
    ) -> Result<Saved, StoreError> {
        let mut without = Account { revision: account.revision + 1, updated_at: now, ..account.clone() };
        without.aliases.retain(|alias| !names.contains(alias));
        self.save(workspace, Some(account), &without, &[]).await
    }

    /// Removes the parent of an account. [`Saved::Outdated`] when the account was changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn orphan(
        &self,
        workspace: &Workspace,
        account: &Account,
        now: Timestamp,
    ) -> Result<Saved, StoreError> {
        let revision = account.revision + 1;
        let without = Account { parent: None, revision, updated_at: now, ..account.clone() };
        self.save(workspace, Some(account), &without, &[]).await
    }
}
