//! The directory of accounts: reads by id or alias. Each account has an item under its id and one under each of its
//! aliases, which repeats the account. Every name therefore costs one read.
//!
//! `items.rs` defines the items, `saving.rs` stores accounts, and `listing.rs` reads all accounts of a workspace.

mod erasing;
mod items;
mod listing;
mod saving;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::StoreError;
use super::batch_get::Read;
use super::table::Table;
use crate::cache::Cache;
use crate::config::Limits;
use domain::account::Account;
use domain::account::parents::{Chain, NoTop};
use domain::clock::Timestamp;
use domain::experiment::{UnitId, Workspace};
use items::{account, name_in, name_key};
pub use saving::Saved;

/// The maximum number of items in one read.
const BATCH: usize = 100;

/// An account by one of its names, or none.
type Known = Option<Arc<Account>>;

/// The `accounts` table, with a cache of what this instance has read.
#[derive(Debug)]
pub struct Accounts {
    table: Table,
    seen: Cache<(Workspace, UnitId), Known>,
}

impl Accounts {
    /// Creates the handle for `table`. Accounts, and names that no account has, are cached like assignments.
    #[must_use]
    pub fn new(table: Table, limits: &Limits) -> Self {
        Self { table, seen: Cache::new(limits.cached_assignments).for_seconds(limits.cache_seconds) }
    }

    /// Returns the accounts that have these names. Names that this instance has read in the last 30 s, also those that
    /// no account had, come from memory. The others are read with one eventually consistent call for each 100.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn recent<'n>(
        &self,
        workspace: &Workspace,
        names: impl Iterator<Item = &'n UnitId>,
        now: Timestamp,
    ) -> Result<HashMap<UnitId, Arc<Account>>, StoreError> {
        let (mut found, mut unread) = (HashMap::new(), HashSet::new());
        for name in names {
            match self.seen.get(&(workspace.clone(), name.clone()), now) {
                Some(known) => drop(known.and_then(|account| found.insert(name.clone(), account))),
                None => drop(unread.insert(name.clone())),
            }
        }
        let read = self.read(workspace, &unread, Read::Eventual).await?;
        for name in unread {
            self.seen.put((workspace.clone(), name.clone()), read.get(&name).cloned(), now);
        }
        found.extend(read);
        Ok(found)
    }

    /// Reads the accounts that have these names now, with one call for each 100.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn current(
        &self,
        workspace: &Workspace,
        names: &HashSet<UnitId>,
    ) -> Result<HashMap<UnitId, Arc<Account>>, StoreError> {
        self.read(workspace, names, Read::Consistent).await
    }

    /// Reads the parents of an account that belongs to `parent`, up to the topmost one: one call for each level.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when there is a cycle or too many levels. A parent that the
    /// directory does not have is the topmost one.
    pub async fn parents(
        &self,
        workspace: &Workspace,
        account: &UnitId,
        parent: Arc<Account>,
    ) -> Result<Result<Vec<Arc<Account>>, NoTop>, StoreError> {
        let (mut chain, mut parents, mut next) = (Chain::from(account.clone()), Vec::new(), Some(parent));
        while let Some(parent) = next {
            let above = match chain.climb(&parent) {
                Ok(above) => above.cloned(),
                Err(broken) => return Ok(Err(broken)),
            };
            parents.push(parent);
            next = match above {
                Some(name) => self.current(workspace, &HashSet::from([name.clone()])).await?.remove(&name),
                None => None,
            };
        }
        Ok(Ok(parents))
    }

    /// Makes this instance read the names of an account again.
    fn forget(&self, workspace: &Workspace, account: &Account) {
        for name in std::iter::once(&account.unit_id).chain(&account.aliases) {
            self.seen.remove(&(workspace.clone(), name.clone()));
        }
    }

    async fn read(
        &self,
        workspace: &Workspace,
        names: &HashSet<UnitId>,
        read: Read,
    ) -> Result<HashMap<UnitId, Arc<Account>>, StoreError> {
        let keys: Vec<_> = names.iter().map(|name| name_key(workspace, name)).collect();
        let calls = keys.chunks(BATCH).map(|keys| self.table.get_every(keys.to_vec(), read));
        let mut found = HashMap::new();
        for item in try_join_all(calls).await?.into_iter().flatten() {
            if let Some(account) = account(&item)? {
                found.insert(name_in(workspace, &item)?, Arc::new(account));
            }
        }
        Ok(found)
    }
}
