//! Workspaces and people.

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
    /// How many can administer it: never none. Changes in one transaction with each of them.
    admins: u32,
}

const REVISION: &str = "revision";
const PASSWORD_HASH: &str = "password_hash";
const ADMINS: &str = "admins";

/// What became of a person who was to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// They are changed.
    Done,
    /// Somebody else changed them meanwhile.
    LostRace,
    /// Their workspace would have nobody left who can administer it.
    LastAdmin,
}

/// The `identities` table.
#[derive(Debug)]
pub struct Identities {
    table: Table,
    ledger: Ledger,
}

impl Identities {
    /// The identities in `table`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger) -> Self {
        Self { table, ledger }
    }

    /// Reads a person.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn user(&self, user_id: &UserId) -> Result<Option<User>, StoreError> {
        let item = self.table.get(user_key(user_id)).await?;
        item.map(serde_dynamo::from_item).transpose().map_err(StoreError::broken)
    }

    /// Stores a new person together with the record of it; false when the e-mail address is taken.
    ///
    /// # Errors
    /// When the store is unavailable, or an admin's workspace is not there. In the inner result: when the
    /// actor may not any more.
    pub async fn add_user(&self, user: &User, change: AuditedChange) -> Made<bool> {
        let mut writes = vec![self.table.write(user_item(user)?, Condition::New)];
        writes.extend(self.admins(&user.workspace, i64::from(user.administers())));
        match self.ledger.make(change, writes).await? {
            Ok(Err(place)) if place > 0 => Err(StoreError::broken("a workspace is not there")),
            acted => Ok(acted.map(|stored| stored.is_ok())),
        }
    }

    /// Stores a new workspace and its first admin together with the record of it; false when the
    /// workspace has had its first admin already or the e-mail address is taken.
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

    /// Replaces a person by their next revision together with the record of it. The number of those
    /// who can administer the workspace changes in the same transaction, which fails when it would
    /// reach none: so of two admins who take each other's role at once, one keeps theirs.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor may not any more.
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

    /// Whether `caller` may still do what their token says, for what is answered without a change.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when they may not any more.
    pub async fn confirm(&self, caller: &Caller) -> Result<Result<(), Superseded>, StoreError> {
        let Ok(standing) = Standing::of(caller) else { return Ok(Err(Superseded)) };
        Ok(standing.check(self.user(&standing.user_id).await?.as_ref()))
    }

    /// What changes the number of a workspace's admins, where it changes. It stays 1 at least.
    fn admins(&self, workspace: &Workspace, more: i64) -> Option<Write> {
        (more != 0).then(|| self.table.add(workspace_key(workspace), ADMINS, more, 1.max(1 - more)))
    }

    /// Stores a person by themselves, with no record and no workspace, for tests of what reads one.
    ///
    /// # Errors
    /// When the store is unavailable.
    #[cfg(feature = "testing")]
    pub async fn create_user(&self, user: &User) -> Result<bool, StoreError> {
        let placed = self.table.put_new(user_item(user)?).await?;
        Ok(matches!(placed, super::table::Placed::Stored))
    }

    /// Stores a person who is in no list, as the holder of a token in tests; whoever is there stays.
    ///
    /// # Errors
    /// When the store is unavailable.
    #[cfg(feature = "testing")]
    pub async fn stand(&self, user: &User) -> Result<(), StoreError> {
        let mut item = user_item(user)?;
        item.retain(|name, _| ![MEMBER_OF, MEMBER].contains(&name.as_str()));
        self.table.put_new(item).await.map(|_| ())
    }

    /// Replaces a password's hash by a stronger one of the same password, unless the password has
    /// been changed meanwhile.
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
