//! Adding and changing a person: which password they may have, what a change does to their sessions and
//! failed sign-ins, and what of them is shown.

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::blocklist::{self, Context};
use super::identity::{Email, UserId};
use super::password::{HashFailure, Password};
use super::role::Role;
use crate::http::problem::Problem;
use crate::store::identities::User;
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::validation::Invalid;

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

/// What of a person is shown. Their password's hash is no part of it.
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

/// The e-mail address and the password of somebody who is to be added to `workspace`.
///
/// # Errors
/// What is wrong with either, where both are wrong with both.
pub fn credentials(
    email: &str,
    password: &SecretString,
    workspace: &Workspace,
) -> Result<(Email, Password), Vec<Invalid>> {
    let email = Email::parse(email);
    let password = new_password(password, email.as_ref().ok(), workspace);
    match (email, password) {
        (Ok(email), Ok(password)) => Ok((email, password)),
        (email, password) => {
            let email = email.err().map(|error| Invalid::new("/email", error.to_string()));
            Err(email.into_iter().chain(password.err()).collect())
        }
    }
}

/// The password that somebody in `workspace` is to have.
///
/// # Errors
/// When it is too short, too long or too easy to guess.
pub fn new_password(
    text: &SecretString,
    email: Option<&Email>,
    workspace: &Workspace,
) -> Result<Password, Invalid> {
    let password = Password::parse(text)
        .and_then(|password| blocklist::check(&password, &Context::new(email, workspace)).map(|()| password));
    password.map_err(|why| Invalid::new("/password", why))
}

/// A role that a person may have.
///
/// # Errors
/// 422 for the role of machines.
pub fn role_of_a_person(role: Role) -> Result<Role, Problem> {
    match role {
        Role::Service => Err(Problem::field("/role", "is for machines; use admin, analyst or viewer")),
        Role::Admin | Role::Analyst | Role::Viewer => Ok(role),
    }
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
    /// 409 for a change made against another revision. A change of role or of being disabled that was
    /// made may be sent again; a password may not, since the answer would tell whether it was right.
    pub fn revise(&self, patch: &UserPatch, password: Option<&Password>) -> Result<Self, Problem> {
        let role = patch.role.unwrap_or(self.role);
        let disabled = patch.disabled.unwrap_or(self.disabled);
        let unlocked = patch.unlock == Some(true);
        let same = role == self.role && disabled == self.disabled && password.is_none() && !unlocked;
        let (mine, seen) = (u64::from(self.revision), patch.revision.get());
        if same && (mine == seen || mine == seen + 1) {
            return Ok(self.clone());
        }
        if mine != seen {
            return Err(Problem::Conflict(format!(
                "The person is at revision {mine}, this change was made against {seen}; list them again and retry."
            )));
        }
        let ends_sessions = self.role.loses_by(role) || (disabled && !self.disabled) || password.is_some();
        let mut next = Self { role, disabled, revision: self.revision + 1, ..self.clone() };
        next.session_epoch += u32::from(ends_sessions);
        next.throttle_epoch += u32::from(password.is_some() || unlocked);
        if let Some(password) = password {
            next.password_hash = password.hash().map_err(Problem::internal)?;
        }
        Ok(next)
    }
}

impl UserPatch {
    /// What the audit says of the change from `old` to `new`.
    #[must_use]
    pub fn told(&self, old: &User, new: &User) -> String {
        let mut told = vec![format!("revision {}", new.revision)];
        if old.role != new.role {
            told.push(format!("role {} to {}", old.role.as_str(), new.role.as_str()));
        }
        if old.disabled != new.disabled {
            told.push(if new.disabled { "disabled" } else { "enabled" }.to_owned());
        }
        told.extend(self.password.is_some().then(|| "password".to_owned()));
        told.extend((self.unlock == Some(true)).then(|| "unlocked".to_owned()));
        told.join(", ")
    }
}
