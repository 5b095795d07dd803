//! Changing a person: what a change does to their sessions and failed sign-ins.

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use secrecy::SecretString;
use serde::Deserialize;

use super::password::{HashFailure, Password};
use super::user::User;
use crate::auth::access::Role;

/// `PATCH /users/{user_id}`: the revision the caller has seen, and what is to be different.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// The revision this change was made against, 1 or more.
    pub revision: NonZeroU64,
    /// The role they are to have.
    pub role: Option<Role>,
    /// Whether they may not sign in.
    pub disabled: Option<bool>,
    /// The password they are to have.
    pub password: Option<SecretString>,
    /// Whether their failed sign-ins are to be forgotten.
    pub unlock: Option<bool>,
}

/// Why a person stays as they are.
#[derive(Debug, thiserror::Error)]
pub enum NotRevised {
    /// The change was made against another revision; says which.
    #[error("{0}")]
    Conflict(String),
    /// The new password could not be hashed.
    #[error(transparent)]
    Unhashed(#[from] HashFailure),
}

impl User {
    /// The person whose failed sign-ins are forgotten.
    #[must_use]
    pub fn unlocked(&self) -> Self {
        Self { throttle_epoch: self.throttle_epoch + 1, revision: self.revision + 1, ..self.clone() }
    }

    /// The person after a change; the same when nothing is to be different. `password` is the patch's,
    /// held to its rules.
    ///
    /// Being disabled, a role that allows less and a new password end all sessions. A new password and
    /// being unlocked forget failed sign-ins.
    ///
    /// # Errors
    /// [`NotRevised::Conflict`] for a change made against another revision. A change of role or of being
    /// disabled that was made may be sent again; a password may not, since the answer would tell whether it
    /// was right. [`NotRevised::Unhashed`] when the new password cannot be hashed.
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
                "The person is at revision {mine}, this change was made against {seen}; list them again and retry."
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
    /// What the audit says of the change from `old` to `new`.
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
