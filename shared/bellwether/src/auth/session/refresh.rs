//! A refresh token: a family and a secret. Only hashes of them are stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::SessionId;
use crate::auth::keys::PrivateKeys;
use crate::auth::sha256;

/// The prefix of every refresh token, by which secret scanners recognize a leaked one.
const PREFIX: &str = "bwr_";
const FAMILY_BYTES: usize = 16;
pub(super) const BYTES: usize = 48;

/// A refresh token. Cannot be printed.
#[derive(Debug)]
pub struct RefreshToken(SecretBox<[u8; BYTES]>);

impl RefreshToken {
    /// Creates the first token of a new family from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; BYTES]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Parses a token. None when the text does not have the form of a refresh token.
    #[must_use]
    pub fn parse(text: &SecretString) -> Option<Self> {
        let encoded = text.expose_secret().strip_prefix(PREFIX)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        bytes.try_into().ok().map(Self::from_random)
    }

    /// The token as sent to the user.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0.expose_secret())).into()
    }

    /// The next token of its family. The result is always the same.
    #[must_use]
    pub fn successor(&self, keys: &PrivateKeys) -> Self {
        let mut next: [u8; BYTES] = *self.0.expose_secret();
        next[FAMILY_BYTES..].copy_from_slice(&keys.derive("refresh token", self.0.expose_secret()));
        Self::from_random(next)
    }

    /// The session to which it belongs.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        SessionId(sha256::hex(&self.0.expose_secret()[..FAMILY_BYTES])[..32].to_owned())
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256::hex(self.0.expose_secret())
    }

    /// The CSRF token that a page must send with cookies. It is the same for the whole session.
    #[must_use]
    pub fn csrf(&self, keys: &PrivateKeys) -> SecretString {
        let family = &self.0.expose_secret()[..FAMILY_BYTES];
        URL_SAFE_NO_PAD.encode(keys.derive("csrf token", family)).into()
    }
}
