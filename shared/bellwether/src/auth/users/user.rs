//! A person who may sign in, and what of them is shown.

use serde::{Deserialize, Serialize};

use super::identity::{Email, UserId};
use super::password::{HashFailure, Password, PasswordHash};
use crate::auth::access::Role;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

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
    /// Bumped to forget failed sign-ins: attempts are counted under this number. Sources that are known stay known.
    #[serde(default)]
    pub throttle_epoch: u32,
    /// Counts their changes, so that one of two rivals wins.
    #[serde(default)]
    pub revision: u32,
}

/// The fields of a user that answers contain. The hash of the password is not among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// Their name in paths and tokens.
    pub user_id: UserId,
    /// What they sign in with.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// The one workspace they belong to.
    pub workspace: Workspace,
    /// Whether they may not sign in.
    pub disabled: bool,
    /// Counts their changes.
    pub revision: u32,
    /// When they were added.
    pub created_at: Timestamp,
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

    /// What of them is shown.
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

    /// Whether they can administer their workspace.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.role == Role::Admin && !self.disabled
    }
}
