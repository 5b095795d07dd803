//! Workspaces and people.

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::item::{Item, key};
use super::table::{Condition, Placed, Table};
use crate::auth::identity::{Email, UserId};
use crate::auth::password::{HashFailure, Password, PasswordHash};
use crate::auth::role::Role;
use crate::clock::Timestamp;
use crate::experiment::Workspace;

/// A person who may sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Their name in paths and tokens.
    pub user_id: UserId,
    /// What they sign in with.
    pub email: Email,
    /// The one workspace they belong to.
    pub workspace: Workspace,
    /// What they may do there.
    pub role: Role,
    /// Their password, hashed.
    pub password_hash: PasswordHash,
    /// When they were created.
    pub created_at: Timestamp,
    /// Whether they may not sign in.
    #[serde(default)]
    pub disabled: bool,
    /// Bumped to end all their sessions: one that was begun under another number is over.
    #[serde(default)]
    pub session_epoch: u32,
    /// Bumped to forget failed sign-ins: attempts are counted under this number.
    #[serde(default)]
    pub throttle_epoch: u32,
    /// Counts their changes, so that one of two rivals wins.
    #[serde(default)]
    pub revision: u32,
}

impl User {
    /// A new person.
    ///
    /// # Errors
    /// When the password cannot be hashed.
    pub fn new(
        email: Email,
        workspace: Workspace,
        role: Role,
        password: &Password,
        now: Timestamp,
    ) -> Result<Self, HashFailure> {
        let (user_id, password_hash) = (UserId::of(&email), password.hash()?);
        Ok(Self {
            user_id,
            email,
            workspace,
            role,
            password_hash,
            created_at: now,
            disabled: false,
            session_epoch: 0,
            throttle_epoch: 0,
            revision: 1,
        })
    }
}

#[derive(Serialize)]
struct WorkspaceRow<'a> {
    admin: &'a UserId,
    created_at: Timestamp,
}

/// The `identities` table.
#[derive(Debug)]
pub struct Identities {
    table: Table,
}

impl Identities {
    /// The identities in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a person.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn user(&self, user_id: &UserId) -> Result<Option<User>, StoreError> {
        let item = self.table.get(user_key(user_id)).await?;
        item.map(serde_dynamo::from_item).transpose().map_err(StoreError::broken)
    }

    /// Stores a new person; false when the e-mail address is taken.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn create_user(&self, user: &User) -> Result<bool, StoreError> {
        Ok(matches!(self.table.put_new(user_item(user)?).await?, Placed::Stored))
    }

    /// Stores a new workspace and its first admin together; false when the workspace has had its
    /// first admin already or the e-mail address is taken.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn bootstrap(&self, admin: &User) -> Result<bool, StoreError> {
        let row = WorkspaceRow { admin: &admin.user_id, created_at: admin.created_at };
        let mut workspace: Item = serde_dynamo::to_item(row).map_err(StoreError::broken)?;
        workspace.extend(key(format!("workspace/{}", admin.workspace)));
        let writes = [workspace, user_item(admin)?];
        let writes = writes.into_iter().map(|item| self.table.write(item, Condition::New));
        self.table.write_all(writes.collect()).await
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

fn user_key(user_id: &UserId) -> Item {
    key(format!("user/{user_id}"))
}

fn user_item(user: &User) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(user).map_err(StoreError::broken)?;
    item.extend(user_key(&user.user_id));
    Ok(item)
}
