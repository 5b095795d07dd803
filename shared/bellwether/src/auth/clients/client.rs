//! Machines: an id, scopes, and secrets that are shown once and kept as hashes.

#[cfg(test)]
mod tests;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::auth::access::Scope;
use crate::auth::sha256;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// How many secrets of a client hold at a time: the one in use and its successor.
pub const LIVE_SECRETS: usize = 2;

/// A client's name in tokens and in the token request: `c_` and 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// A text that no client has as its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a client's id: c_ and 32 hexadecimal digits")]
pub struct NotAClientId;

impl ClientId {
    /// An id made of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("c_{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Parses an id.
    ///
    /// # Errors
    /// When no client can have it.
    pub fn parse(text: &str) -> Result<Self, NotAClientId> {
        let digits = text.strip_prefix("c_").ok_or(NotAClientId)?;
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if digits.len() == 32 && digits.bytes().all(hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAClientId)
        }
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotAClientId;
    fn try_from(text: String) -> Result<Self, NotAClientId> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A secret as it is kept: SHA-256 of its 256 random bits. A slow hash is for what people can
/// remember; nobody guesses these (NIST SP 800-63B-4 section 3.1.2, look-up secrets).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Its name: the first 8 hexadecimal digits of the hash.
    pub secret_id: String,
    hash: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ClientSecret {
    /// A new secret made of random bytes: what is kept of it, and the text that is shown once.
    #[must_use]
    pub fn from_random(bytes: [u8; 32], now: Timestamp) -> (Self, SecretString) {
        let text = SecretString::from(format!("bws_{}", URL_SAFE_NO_PAD.encode(bytes)));
        let hash = hash(&text);
        let secret_id = hash.chars().take(8).collect();
        (Self { secret_id, hash, created_at: now }, text)
    }
}

/// A machine that may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub client_id: ClientId,
    /// The one workspace it belongs to.
    pub workspace: Workspace,
    /// What people call it.
    pub name: String,
    /// The most that its tokens allow.
    pub scopes: Vec<Scope>,
    /// Its secrets, at most two.
    pub secrets: Vec<ClientSecret>,
    /// Whether it may not sign in.
    #[serde(default)]
    pub disabled: bool,
    /// Counts its changes, so that one of two rivals wins.
    pub revision: u32,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether `secret` is one of its live secrets and it may sign in.
    #[must_use]
    pub fn admits(&self, secret: &SecretString) -> bool {
        let offered = hash(secret);
        let same =
            |kept: &ClientSecret| verify_slices_are_equal(kept.hash.as_bytes(), offered.as_bytes()).is_ok();
        !self.disabled && self.secrets.iter().any(same)
    }

    /// What of it is shown.
    #[must_use]
    pub fn view(&self) -> ClientView {
        let shown = |kept: &ClientSecret| SecretView {
            secret_id: kept.secret_id.clone(),
            created_at: kept.created_at,
        };
        ClientView {
            client_id: self.client_id.clone(),
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            workspace: self.workspace.clone(),
            secrets: self.secrets.iter().map(shown).collect(),
            disabled: self.disabled,
            revision: self.revision,
            created_at: self.created_at,
        }
    }

    /// The same with a secret that was made just now. It is shown this once: only its hash is kept.
    #[must_use]
    pub fn shown_with(&self, secret: Option<&SecretString>) -> Value {
        let mut shown = json!(self.view());
        if let (Some(text), Some(newest)) = (secret, self.secrets.last()) {
            shown["client_secret"] = json!(text.expose_secret());
            shown["secret_id"] = json!(newest.secret_id);
        }
        shown
    }
}

/// What of a client is shown. Its secrets and their hashes are no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Its id.
    pub client_id: ClientId,
    /// What people call it.
    pub name: String,
    /// The most that its tokens allow.
    pub scopes: Vec<Scope>,
    /// The one workspace it belongs to.
    pub workspace: Workspace,
    /// Its live secrets by name. Stored beside the hashes, so that a list need not read those.
    #[serde(alias = "secret_ids")]
    pub secrets: Vec<SecretView>,
    /// Whether it may not sign in.
    pub disabled: bool,
    /// Counts its changes.
    pub revision: u32,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What of a secret is shown after it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// Its name.
    pub secret_id: String,
    /// When it was made.
    pub created_at: Timestamp,
}

fn hash(secret: &SecretString) -> String {
    sha256::hex(secret.expose_secret().as_bytes())
}
