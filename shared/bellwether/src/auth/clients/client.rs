//! API clients: an id, scopes, and secrets that are shown once and stored as hashes.

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

/// The maximum number of active secrets of a client: the current one and its successor.
pub const LIVE_SECRETS: usize = 2;

/// A client's id in tokens and in the token request: `c_` and 128 random bits in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// The text is not a valid client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a client's id: c_ and 32 hexadecimal digits")]
pub struct NotAClientId;

impl ClientId {
    /// Creates an id from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("c_{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Parses an id.
    ///
    /// # Errors
    /// When the text is not a valid id.
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

/// A stored secret: the SHA-256 hash of its 256 random bits. Slow hashes are for secrets that users can
/// remember; random bits cannot be guessed (NIST SP 800-63B-4 section 3.1.2, look-up secrets).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// The id of the secret: the first 8 hexadecimal digits of the hash.
    pub secret_id: String,
    hash: String,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ClientSecret {
    /// Creates a secret from random bytes. Returns what is stored, and the text that is shown once.
    #[must_use]
    pub fn from_random(bytes: [u8; 32], now: Timestamp) -> (Self, SecretString) {
        let text = SecretString::from(format!("bws_{}", URL_SAFE_NO_PAD.encode(bytes)));
        let hash = hash(&text);
        let secret_id = hash.chars().take(8).collect();
        (Self { secret_id, hash, created_at: now }, text)
    }
}

/// A client that may get tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id.
    pub client_id: ClientId,
    /// The only workspace that the client can access.
    pub workspace: Workspace,
    /// The display name.
    pub name: String,
    /// The scopes that its tokens may have.
    pub scopes: Vec<Scope>,
    /// Its active secrets, at most two.
    pub secrets: Vec<ClientSecret>,
    /// Whether the client may not get tokens.
    #[serde(default)]
    pub disabled: bool,
    /// The number of the current version. Of two concurrent changes, only one succeeds.
    pub revision: u32,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether `secret` is one of the client's active secrets and the client is not disabled.
    #[must_use]
    pub fn admits(&self, secret: &SecretString) -> bool {
        let offered = hash(secret);
        let same = |stored: &ClientSecret| {
            verify_slices_are_equal(stored.hash.as_bytes(), offered.as_bytes()).is_ok()
        };
        !self.disabled && self.secrets.iter().any(same)
    }

    /// The fields of the client that responses contain.
    #[must_use]
    pub fn view(&self) -> ClientView {
        let shown = |secret: &ClientSecret| SecretView {
            secret_id: secret.secret_id.clone(),
            created_at: secret.created_at,
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

    /// The response that shows a new secret. The secret is shown only once, because only its hash is stored.
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

/// The fields of a client that responses contain, without secrets and their hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Its id.
    pub client_id: ClientId,
    /// The display name.
    pub name: String,
    /// The scopes that its tokens may have.
    pub scopes: Vec<Scope>,
    /// The only workspace that the client can access.
    pub workspace: Workspace,
    /// The ids of its active secrets. They are stored separately from the hashes, so a list does not read the
    /// hashes.
    #[serde(alias = "secret_ids")]
    pub secrets: Vec<SecretView>,
    /// Whether the client may not get tokens.
    pub disabled: bool,
    /// The number of the current version.
    pub revision: u32,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The fields of a secret that responses contain after its creation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// The id of the secret.
    pub secret_id: String,
    /// When it was created.
    pub created_at: Timestamp,
}

fn hash(secret: &SecretString) -> String {
    sha256::hex(secret.expose_secret().as_bytes())
}
