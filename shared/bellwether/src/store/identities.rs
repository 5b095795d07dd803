//! Workspaces and users.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, key, text_value, user_key};
use super::ledger::{AuditedChange, Ledger, Made};
use super::members::member;
use super::quota::Quota;
#[cfg(feature = "testing")]
use super::schema::{MEMBER, MEMBER_OF};
use super::table::Table;
use super::transaction::Write;
use crate::auth::access::Caller;
use crate::auth::users::{PasswordHash, Standing, Superseded, User, UserId};
use domain::clock::Timestamp;
use domain::experiment::Workspace;

#[derive(Serialize)]
struct WorkspaceRow<'a> {
    admin: &'a UserId,
    created_at: Timestamp,
    /// The number of users who can administer it, at least 1. It changes in one transaction with each of
    /// them.
    admins: u32,
}

const REVISION: &str = "revision";
const PASSWORD_HASH: &str = "password_hash";
const ADMINS: &str = "admins";

/// The result of changing a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// The user was changed.
    Done,
    /// The user was changed by another request in the meantime.
    LostRace,
    /// The workspace would have no admin left.
    LastAdmin,
}

/// The `identities` table.
#[derive(Debug)]
pub struct Identities {
    pub(super) table: Table,
    ledger: Ledger,
}

impl Identities {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger) -> Self {
        Self { table, ledger }
    }

    /// Reads a user.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn user(&self, user_id: &UserId) -> Result<Option<User>, StoreError> {
        let item = self.table.get(user_key(user_id)).await?;
        item.map(serde_dynamo::from_item).transpose().map_err(StoreError::broken)
    }

    /// Stores a new user together with the audit record. False when the e-mail address is in use.
    ///
    /// # Errors
    /// When the store is unavailable, or an admin's workspace does not exist. In the inner result: when the
    /// actor no longer has the right, or a quota is reached.
    pub async fn add_user(&self, user: &User, change: AuditedChange) -> Made<bool> {
        let mut writes = vec![self.table.write(user_item(user)?, Condition::New)];
        writes.extend(self.admins(&user.workspace, i64::from(user.administers())));
        match self.ledger.make(change, writes).await? {
            Ok(Err(index)) if index > 0 => Err(StoreError::broken("a workspace is missing")),
            acted => Ok(acted.map(|stored| stored.is_ok())),
        }
    }

    /// Stores a new workspace and its first admin together with the audit record. False when the workspace
    /// has already had a first admin or the e-mail address is in use.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn bootstrap(&self, admin: &User, change: AuditedChange) -> Result<bool, StoreError> {
        let row = WorkspaceRow { admin: &admin.user_id, created_at: admin.created_at, admins: 1 };
        let mut workspace: Item = serde_dynamo::to_item(row).map_err(StoreError::broken)?;
        workspace.extend(workspace_key(&admin.workspace));
        let items = [workspace, user_item(admin)?];
        let writes = items.into_iter().map(|item| self.table.write(item, Condition::New)).collect();
        Ok(matches!(self.ledger.make(change.counted(Quota::Users), writes).await?, Ok(Ok(()))))
    }

    /// Replaces a user by the next revision together with the audit record. The number of the workspace's
    /// admins changes in the same transaction, which fails if it would become 0. Therefore, of two admins who
    /// remove each other's role at the same time, one remains.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right.
    pub async fn replace(&self, old: &User, new: &User, change: AuditedChange) -> Made<Replaced> {
        let own = change.standing().is_some_and(|standing| standing.user_id == old.user_id);
        let (change, mut expected) = if own { change.carried_by_itself() } else { (change, Vec::new()) };
        expected.push((REVISION, AttributeValue::N(old.revision.to_string())));
        let mut writes = vec![self.table.write(user_item(new)?, Condition::All(expected))];
        let more = i64::from(new.administers()) - i64::from(old.administers());
        writes.extend(self.admins(&old.workspace, more));
        Ok(self.ledger.make(change, writes).await?.map(|outcome| match outcome {
            Ok(()) => Replaced::Done,
            Err(0) => Replaced::LostRace,
            Err(_) => Replaced::LastAdmin,
        }))
    }

    /// Checks that `caller` still has the rights in the token, for an operation without a change.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the caller no longer has the rights.
    pub async fn confirm(&self, caller: &Caller) -> Result<Result<(), Superseded>, StoreError> {
        let Ok(standing) = Standing::of(caller) else { return Ok(Err(Superseded)) };
        Ok(standing.check(self.user(&standing.user_id).await?.as_ref()))
    }

    /// The write that changes the number of a workspace's admins, if it changes. The number stays at least 1.
    fn admins(&self, workspace: &Workspace, more: i64) -> Option<Write> {
        (more != 0).then(|| self.table.add(workspace_key(workspace), ADMINS, more, 1.max(1 - more)))
    }

    /// Stores a user without a record and a workspace, for tests that only read one.
    ///
    /// # Errors
    /// When the store is unavailable.
    #[cfg(feature = "testing")]
    pub async fn create_user(&self, user: &User) -> Result<bool, StoreError> {
        let placed = self.table.put_new(user_item(user)?).await?;
        Ok(matches!(placed, super::table::Placed::Stored))
    }

    /// Stores a user who is in no list, as the holder of a token in tests. An existing user stays unchanged.
    ///
    /// # Errors
    /// When the store is unavailable.
    #[cfg(feature = "testing")]
    pub async fn put_user(&self, user: &User) -> Result<(), StoreError> {
        let mut item = user_item(user)?;
        item.retain(|name, _| ![MEMBER_OF, MEMBER].contains(&name.as_str()));
        self.table.put_new(item).await.map(|_| ())
    }

    /// Replaces a password's hash by a stronger one of the same password, unless the password was changed in
    /// the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn rehash(&self, user: &User, stronger: &PasswordHash) -> Result<bool, StoreError> {
        let set = (PASSWORD_HASH, text_value(stronger.as_stored()));
        let expected = (PASSWORD_HASH, text_value(user.password_hash.as_stored()));
        self.table.set_if(user_key(&user.user_id), set, expected).await
    }
}

fn workspace_key(workspace: &Workspace) -> Item {
    key(format!("workspace/{workspace}"))
}

fn user_item(user: &User) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(user).map_err(StoreError::broken)?;
    item.extend(user_key(&user.user_id));
    item.extend(member(&user.workspace, &format!("user {}", user.email)));
    Ok(item)
}
