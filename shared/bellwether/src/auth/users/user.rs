//! A user, and the fields that responses contain.

use serde::{Deserialize, Serialize};

use super::identity::{Email, UserId};
use super::password::{HashFailure, Password, PasswordHash};
use crate::auth::access::Role;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// A user who may sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// The id in paths and tokens.
    pub user_id: UserId,
    /// The address to sign in with.
    pub email: Email,
    /// The only workspace that the user can access.
    pub workspace: Workspace,
    /// The role in the workspace.
    pub role: Role,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// When the user was created.
    pub created_at: Timestamp,
    /// Whether the user may not sign in.
    #[serde(default)]
    pub disabled: bool,
    /// Incremented to end all sessions. A session that began under another number has ended.
    #[serde(default)]
    pub session_epoch: u32,
    /// Incremented to remove failed sign-ins, which are counted under this number. Known sources stay known.
    #[serde(default)]
    pub throttle_epoch: u32,
    /// The number of the current version. Of two concurrent changes, only one succeeds.
    #[serde(default)]
    pub revision: u32,
}

/// The fields of a user that responses contain, without the hash of the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The id in paths and tokens.
    pub user_id: UserId,
    /// The address to sign in with.
    pub email: Email,
    /// The role.
    pub role: Role,
    /// The only workspace that the user can access.
    pub workspace: Workspace,
    /// Whether the user may not sign in.
    pub disabled: bool,
    /// The number of the current version.
    pub revision: u32,
    /// When the user was created.
    pub created_at: Timestamp,
}

impl User {
    /// Creates a user.
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

    /// The fields of the user that responses contain.
    #[must_use]
    pub fn view(&self) -> UserView {
        UserView {
            user_id: self.user_id.clone(),
            email: self.email.clone(),
            role: self.role,
            workspace: self.workspace.clone(),
            disabled: self.disabled,
            revision: self.revision,
            created_at: self.created_at,
        }
    }

    /// Whether the user can administer the workspace.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.role == Role::Admin && !self.disabled
    }
}
