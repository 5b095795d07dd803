//! Workspaces and people.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::StoreError;
use super::act::{Act, Acted};
use super::condition::Condition;
use super::item::{Item, key};
use super::members::member;
use super::quota::Quota;
#[cfg(feature = "testing")]
use super::schema::{MEMBER, MEMBER_OF};
use super::table::Table;
use super::transaction::Write;
use crate::auth::users::{PasswordHash, User, UserId};
use crate::config::{Limits, Quotas};
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
    pub(super) table: Table,
    pub(super) quotas: Quotas,
}

impl Identities {
    /// The identities in `table`, held to the quotas of `limits`.
    #[must_use]
    pub fn new(table: Table, limits: &Limits) -> Self {
        Self { table, quotas: limits.quotas }
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
    pub async fn add_user(&self, user: &User, act: Act) -> Acted<bool> {
        let mut writes = vec![self.table.write(user_item(user)?, Condition::New)];
        writes.extend(self.admins(&user.workspace, i64::from(user.administers())));
        match self.table.act(act, writes).await? {
            Ok(Err(place)) if place > 0 => Err(StoreError::broken("a workspace is not there")),
            acted => Ok(acted.map(|stored| stored.is_ok())),
        }
    }

    /// Stores a new workspace and its first admin together with the `record` of it; false when the
    /// workspace has had its first admin already or the e-mail address is taken.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn bootstrap(&self, admin: &User, record: Write) -> Result<bool, StoreError> {
        let row = WorkspaceRow { admin: &admin.user_id, created_at: admin.created_at, admins: 1 };
        let mut workspace: Item = serde_dynamo::to_item(row).map_err(StoreError::broken)?;
        workspace.extend(workspace_key(&admin.workspace));
        let items = [workspace, user_item(admin)?];
        let writes = items.into_iter().map(|item| self.table.write(item, Condition::New)).collect();
        let act = self.counted(record.into(), Quota::Users, &admin.workspace);
        Ok(matches!(self.table.act(act, writes).await?, Ok(Ok(()))))
    }

    /// Replaces a person by their next revision together with the record of it. The number of those
    /// who can administer the workspace changes in the same transaction, which fails when it would
    /// reach none: so of two admins who take each other's role at once, one keeps theirs.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor may not any more.
    pub async fn replace(&self, old: &User, new: &User, act: Act) -> Acted<Replaced> {
        let own = act.standing().is_some_and(|standing| standing.user_id == old.user_id);
        let (act, mut expected) = if own { act.on_itself() } else { (act, Vec::new()) };
        expected.push((REVISION, AttributeValue::N(old.revision.to_string())));
        let mut writes = vec![self.table.write(user_item(new)?, Condition::All(expected))];
        let more = i64::from(new.administers()) - i64::from(old.administers());
        writes.extend(self.admins(&old.workspace, more));
        Ok(self.table.act(act, writes).await?.map(|outcome| match outcome {
            Ok(()) => Replaced::Done,
            Err(0) => Replaced::LostRace,
            Err(_) => Replaced::LastAdmin,
        }))
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
        let set = ("password_hash", stronger.to_attribute());
        let expected = ("password_hash", user.password_hash.to_attribute());
        self.table.set_if(user_key(&user.user_id), set, expected).await
    }
}

pub(super) fn user_key(user_id: &UserId) -> Item {
    key(format!("user/{user_id}"))
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
