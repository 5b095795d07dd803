//! Changes of a user, and their effects on sessions and failed sign-ins.

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use secrecy::SecretString;
use serde::Deserialize;

use super::password::{HashFailure, Password};
use super::user::User;
use crate::auth::access::Role;

/// Body of `PATCH /users/{user_id}`: the revision that the caller has read, and the changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// The revision that this change is based on, 1 or more.
    pub revision: NonZeroU64,
    /// The new role.
    pub role: Option<Role>,
    /// Whether the user may not sign in.
    pub disabled: Option<bool>,
    /// The new password.
    pub password: Option<SecretString>,
    /// Whether to remove the user's failed sign-ins.
    pub unlock: Option<bool>,
}

/// The reason why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotRevised {
    /// The change is based on another revision. The text contains both revisions.
    #[error("{0}")]
    Conflict(String),
    /// The new password could not be hashed.
    #[error(transparent)]
    Unhashed(#[from] HashFailure),
}

impl User {
    /// The user without failed sign-ins.
    #[must_use]
    pub fn unlocked(&self) -> Self {
        Self { throttle_epoch: self.throttle_epoch + 1, revision: self.revision + 1, ..self.clone() }
    }

    /// Returns the user with a new password, which ends all their sessions and forgets failed sign-ins.
    ///
    /// # Errors
    /// When the password cannot be hashed.
    pub fn with_password(&self, password: &Password) -> Result<Self, HashFailure> {
        Ok(Self {
            password_hash: password.hash()?,
            session_epoch: self.session_epoch + 1,
            throttle_epoch: self.throttle_epoch + 1,
            revision: self.revision + 1,
            ..self.clone()
        })
    }

    /// Returns the user after a change, or the same user when nothing differs. `password` is the password of
    /// the patch, already checked.
    ///
    /// Disabling the user, a role with fewer scopes, and a new password end all sessions. A new password and
    /// `unlock` remove failed sign-ins.
    ///
    /// # Errors
    /// [`NotRevised::Conflict`] for a change that is based on another revision. A change of role or of
    /// `disabled` that was already made may be sent again. A password may not, because the response would
    /// reveal whether it was right. [`NotRevised::Unhashed`] when the new password cannot be hashed.
    pub fn revise(&self, patch: &UserPatch, password: Option<&Password>) -> Result<Self, NotRevised> {
        let role = patch.role.unwrap_or(self.role);
        let disabled = patch.disabled.unwrap_or(self.disabled);
        let unlocked = patch.unlock == Some(true);
        let same = role == self.role && disabled == self.disabled && password.is_none() && !unlocked;
        let (mine, seen) = (u64::from(self.revision), patch.revision.get());
        if same && (mine == seen || mine == seen + 1) {
            return Ok(self.clone());
        }
        if mine != seen {
            return Err(NotRevised::Conflict(format!(
                "The user is at revision {mine}, this change is based on {seen}. List the users again and retry."
            )));
        }
        let ends_sessions = self.role.loses_by(role) || (disabled && !self.disabled) || password.is_some();
        let mut next = Self { role, disabled, revision: self.revision + 1, ..self.clone() };
        next.session_epoch += u32::from(ends_sessions);
        next.throttle_epoch += u32::from(password.is_some() || unlocked);
        if let Some(password) = password {
            next.password_hash = password.hash()?;
        }
        Ok(next)
    }
}

impl UserPatch {
    /// The description of the change from `old` to `new` for the audit.
    #[must_use]
    pub fn summary(&self, old: &User, new: &User) -> String {
        let mut changes = vec![format!("revision {}", new.revision)];
        if old.role != new.role {
            changes.push(format!("role {} to {}", old.role.as_str(), new.role.as_str()));
        }
        if old.disabled != new.disabled {
            changes.push(if new.disabled { "disabled" } else { "enabled" }.to_owned());
        }
        changes.extend(self.password.is_some().then(|| "password".to_owned()));
        changes.extend((self.unlock == Some(true)).then(|| "unlocked".to_owned()));
        changes.join(", ")
    }
}
