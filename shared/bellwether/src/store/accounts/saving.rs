//! Stores accounts. The items of an account and its aliases are written together, on the condition that none of them
//! changed since it was read, that no other account has a new alias, and that its parents are the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::super::StoreError;
use super::super::condition::Condition;
use super::super::item::text_value;
use super::super::schema::UNIT_ID;
use super::super::transaction::Write;
use super::Accounts;
use super::items::{REVISION, alias, name_key, own, removed};
use domain::account::Account;
use domain::experiment::{UnitId, Workspace};

/// The result of storing an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The account was stored.
    Stored,
    /// The directory has changed since it was read. Nothing was stored: read it again.
    Outdated,
}

impl Accounts {
    /// Stores `new` in place of `old`, or as a new account. The parents must not have changed.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn save(
        &self,
        workspace: &Workspace,
        old: Option<&Account>,
        new: &Account,
        parents: &[Arc<Account>],
    ) -> Result<Saved, StoreError> {
        let condition = old.map_or(Condition::Without(UNIT_ID), unchanged);
        let mut writes = vec![self.table.write(own(workspace, new)?, condition)];
        let none = BTreeSet::new();
        let before = old.map_or(&none, |old| &old.aliases);
        for name in &new.aliases {
            let condition =
                if before.contains(name) { of(&new.unit_id) } else { Condition::Without(UNIT_ID) };
            writes.push(self.table.write(alias(workspace, new, name)?, condition));
        }
        for name in before.difference(&new.aliases) {
            let item = removed(workspace, name, new.updated_at);
            writes.push(self.table.write(item, of(&new.unit_id)));
        }
        self.finish(workspace, writes, parents, &[Some(new), old]).await
    }

    /// Stores `merged` in place of `into`, and makes the id and the aliases of `from` its aliases.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn merge(
        &self,
        workspace: &Workspace,
        into: &Account,
        from: &Account,
        merged: &Account,
        parents: &[Arc<Account>],
    ) -> Result<Saved, StoreError> {
        let mut writes = vec![self.table.write(own(workspace, merged)?, unchanged(into))];
        for name in &merged.aliases {
            let condition = if *name == from.unit_id {
                unchanged(from)
            } else {
                of(if from.aliases.contains(name) { &from.unit_id } else { &into.unit_id })
            };
            writes.push(self.table.write(alias(workspace, merged, name)?, condition));
        }
        self.finish(workspace, writes, parents, &[Some(merged), Some(from)]).await
    }

    async fn finish(
        &self,
        workspace: &Workspace,
        mut writes: Vec<Write>,
        parents: &[Arc<Account>],
        touched: &[Option<&Account>],
    ) -> Result<Saved, StoreError> {
        let check =
            |parent: &Arc<Account>| self.table.check(name_key(workspace, &parent.unit_id), unchanged(parent));
        writes.extend(parents.iter().map(check));
        let saved = self.table.write_all(writes).await;
        touched.iter().flatten().for_each(|account| self.forget(workspace, account));
        Ok(saved?.map_or_else(|_| Saved::Outdated, |()| Saved::Stored))
    }
}

/// The item belongs to this account.
fn of(unit_id: &UnitId) -> Condition {
    Condition::Equals(UNIT_ID, text_value(unit_id.as_str()))
}

/// The item of the id has the revision that was read.
fn unchanged(account: &Account) -> Condition {
    let revision = AttributeValue::N(account.revision.to_string());
    Condition::All(vec![(UNIT_ID, text_value(account.unit_id.as_str())), (REVISION, revision)])
}
