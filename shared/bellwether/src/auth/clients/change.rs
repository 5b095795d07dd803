//! Creation and changes of API clients: their scopes, and the replacement of their secrets.

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

/// Body of `POST /clients`: the client's name and the scopes that its tokens may have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    name: String,
    scopes: Vec<Scope>,
}

/// Body of `PATCH /clients/{client_id}`: the revision that the caller has read, and the changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientPatch {
    /// The revision that this change is based on, 1 or more.
    pub revision: NonZeroU64,
    name: Option<String>,
    scopes: Option<Vec<Scope>>,
    disabled: Option<bool>,
    /// Whether to add a secret.
    pub add_secret: Option<bool>,
    retire_secret: Option<String>,
}

/// The random values of a new client.
#[derive(Debug)]
pub struct Drawn {
    /// For its id.
    pub id: [u8; 16],
    /// For its first secret.
    pub secret: [u8; 32],
}

impl Client {
    /// Creates a client with its first secret, which is shown once.
    ///
    /// # Errors
    /// When the name or the scopes are invalid, or `caller` may not grant the scopes.
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

    /// Returns the client after a change, and its new secret if one was requested. If nothing differs, the
    /// client stays the same. `random` is used only for a new secret. A secret is retired before another is
    /// added, and stops being valid at once.
    ///
    /// # Errors
    /// Those of [`Self::new`]. [`Refusal::Conflict`] if the change is based on another revision, if the
    /// secret to retire does not exist, or if the client already has two. A change that was already made may
    /// be sent again, except a new secret, because it is shown only once.
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
        next.secrets.retain(|secret| Some(&secret.secret_id) != patch.retire_secret.as_ref());
        let (mine, seen) = (u64::from(self.revision), patch.revision.get());
        let adds = patch.add_secret == Some(true);
        if mine == seen + 1 && !adds && next == *self {
            return Ok((next, None));
        }
        if mine != seen {
            return Err(Refusal::Conflict(format!(
                "The client is at revision {mine}, this change is based on {seen}. List it again and retry."
            )));
        }
        if patch.retire_secret.is_some() && next.secrets.len() == self.secrets.len() {
            return Err(Refusal::Conflict("The client has no active secret with that id.".to_owned()));
        }
        let secret = if adds { Some(next.add_secret(random, now)?) } else { None };
        next.revision += u32::from(next != *self);
        Ok((next, secret))
    }

    fn add_secret(&mut self, random: [u8; 32], now: Timestamp) -> Result<SecretString, Refusal> {
        if self.secrets.len() >= LIVE_SECRETS {
            let detail = format!("The client already has {LIVE_SECRETS} active secrets. Retire one first.");
            return Err(Refusal::Conflict(detail));
        }
        let (stored, shown) = ClientSecret::from_random(random, now);
        self.secrets.push(stored);
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

/// Checks requested scopes. A scope is refused if no client may have it, if the caller's token lacks it, or
/// if it is repeated.
fn wider(scopes: &[Scope], caller: &Caller) -> Vec<Invalid> {
    let allowed = Role::Service.scopes();
    if scopes.is_empty() {
        return vec![Invalid::new("/scopes", "must name at least one scope")];
    }
    let fault = |(place, scope): (usize, &Scope)| {
        let why = if !allowed.contains(scope) {
            format!("is not for clients; they may have {}", Scope::write_list(allowed).replace(' ', ", "))
        } else if !caller.scopes.contains(scope) {
            "is not a scope of your own token".to_owned()
        } else if scopes[..place].contains(scope) {
            "is repeated".to_owned()
        } else {
            return None;
        };
        Some(Invalid::new(format!("/scopes/{place}"), format!("{} {why}", scope.as_str())))
    };
    scopes.iter().enumerate().filter_map(fault).collect()
}
