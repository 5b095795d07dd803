//! Adding and changing a machine: what it may be granted, and how its secrets are replaced.

#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use secrecy::SecretString;
use serde::Deserialize;

use super::client::{Client, ClientId, ClientSecret, LIVE_SECRETS};
use crate::auth::access::{Caller, Role, Scope};
use domain::clock::Timestamp;
use domain::experiment::{Refusal, wire};
use domain::validation::Invalid;

/// `POST /clients`: what it is called and the most that its tokens allow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    name: String,
    scopes: Vec<Scope>,
}

/// `PATCH /clients/{client_id}`: the revision the caller has seen, and what is to be different.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientPatch {
    /// The revision this change was made against, 1 or more.
    pub revision: NonZeroU64,
    name: Option<String>,
    scopes: Option<Vec<Scope>>,
    disabled: Option<bool>,
    /// Whether it is to get another secret.
    pub add_secret: Option<bool>,
    retire_secret: Option<String>,
}

/// The random parts of a client that is to be added.
#[derive(Debug)]
pub struct Drawn {
    /// Of its id.
    pub id: [u8; 16],
    /// Of its first secret.
    pub secret: [u8; 32],
}

impl Client {
    /// A new client with its first secret, which is shown once.
    ///
    /// # Errors
    /// When its name or its scopes are not what a machine may have, or `caller` may not grant them.
    pub fn new(
        new: NewClient,
        caller: &Caller,
        drawn: &Drawn,
        now: Timestamp,
    ) -> Result<(Self, SecretString), Vec<Invalid>> {
        let wrong: Vec<Invalid> = name(&new.name).into_iter().chain(wider(&new.scopes, caller)).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let (secret, shown) = ClientSecret::from_random(drawn.secret, now);
        let client = Self {
            client_id: ClientId::from_random(drawn.id),
            workspace: caller.workspace.clone(),
            name: new.name,
            scopes: new.scopes,
            secrets: vec![secret],
            disabled: false,
            revision: 1,
            created_at: now,
        };
        Ok((client, shown))
    }

    /// The client after a change, and its new secret if it was to get one; the same when nothing is to
    /// be different. `random` is used only for a new secret. A secret is retired before one is added,
    /// and is at an end at once.
    ///
    /// # Errors
    /// As [`Self::new`]; [`Refusal::Conflict`] for a change made against another revision, a secret
    /// that is not there and one too many. A change that was made may be sent again, but for a new
    /// secret: that is shown once.
    pub fn revise(
        &self,
        patch: &ClientPatch,
        caller: &Caller,
        random: [u8; 32],
        now: Timestamp,
    ) -> Result<(Self, Option<SecretString>), Refusal> {
        let mut wrong: Vec<Invalid> = patch.name.iter().filter_map(|text| name(text)).collect();
        wrong.extend(patch.scopes.iter().flat_map(|scopes| wider(scopes, caller)));
        wrong.extend(patch.retire_secret.iter().filter_map(|text| secret_id(text)));
        if !wrong.is_empty() {
            return Err(Refusal::Invalid(wrong));
        }
        let mut next = self.clone();
        next.name = patch.name.clone().unwrap_or(next.name);
        next.scopes = patch.scopes.clone().unwrap_or(next.scopes);
        next.disabled = patch.disabled.unwrap_or(next.disabled);
        next.secrets.retain(|kept| Some(&kept.secret_id) != patch.retire_secret.as_ref());
        let (mine, seen) = (u64::from(self.revision), patch.revision.get());
        let adds = patch.add_secret == Some(true);
        if mine == seen + 1 && !adds && next == *self {
            return Ok((next, None));
        }
        if mine != seen {
            return Err(Refusal::Conflict(format!(
                "The client is at revision {mine}, this change was made against {seen}; list it again and retry."
            )));
        }
        if patch.retire_secret.is_some() && next.secrets.len() == self.secrets.len() {
            return Err(Refusal::Conflict("The client has no live secret of that id.".to_owned()));
        }
        let secret = if adds { Some(next.add_secret(random, now)?) } else { None };
        next.revision += u32::from(next != *self);
        Ok((next, secret))
    }

    fn add_secret(&mut self, random: [u8; 32], now: Timestamp) -> Result<SecretString, Refusal> {
        if self.secrets.len() >= LIVE_SECRETS {
            let detail = format!("The client has {LIVE_SECRETS} live secrets; retire one first.");
            return Err(Refusal::Conflict(detail));
        }
        let (kept, shown) = ClientSecret::from_random(random, now);
        self.secrets.push(kept);
        Ok(shown)
    }
}

fn name(text: &str) -> Option<Invalid> {
    let refusal = wire::title(text).err()?;
    Some(Invalid::new("/name", refusal.message.unwrap_or_default()))
}

fn secret_id(text: &str) -> Option<Invalid> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let fits = text.len() == 8 && text.bytes().all(hex);
    (!fits).then(|| Invalid::new("/retire_secret", "must be a secret's id: 8 hexadecimal digits"))
}

/// What is wrong with a grant: a scope that no machine may have, that the caller's own token does not
/// allow, or that stands twice.
fn wider(scopes: &[Scope], caller: &Caller) -> Vec<Invalid> {
    let machines = Role::Service.scopes();
    if scopes.is_empty() {
        return vec![Invalid::new("/scopes", "must name at least one scope")];
    }
    let fault = |(place, scope): (usize, &Scope)| {
        let why = if !machines.contains(scope) {
            format!("is not for machines; they may have {}", Scope::write_list(machines).replace(' ', ", "))
        } else if !caller.scopes.contains(scope) {
            "is more than your own token allows".to_owned()
        } else if scopes[..place].contains(scope) {
            "stands twice".to_owned()
        } else {
            return None;
        };
        Some(Invalid::new(format!("/scopes/{place}"), format!("{} {why}", scope.as_str())))
    };
    scopes.iter().enumerate().filter_map(fault).collect()
}
