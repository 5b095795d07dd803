//! The public secret: the keys that verify tokens. Functions that verify or publish them may read it.

use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;

/// The public secret's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeys {
    pub(in crate::auth) keys: Vec<PublicKey>,
}

/// The public key of one pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    pub(in crate::auth) kid: String,
    pub(in crate::auth) x: String,
    /// Seconds since 1970 of its first publication.
    #[serde(default)]
    pub(in crate::auth) published_at: i64,
    /// Seconds since 1970 until which its signatures are valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::auth) verify_until: Option<i64>,
}

impl PublicKeys {
    /// Whether it contains a key with this id, valid now or not.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid == kid)
    }

    /// The ids and public keys whose signatures are valid at `now`.
    pub fn halves(&self, now: Timestamp) -> impl Iterator<Item = (&str, &str)> {
        let in_force = move |key: &&PublicKey| key.is_in_force(now);
        self.keys.iter().filter(in_force).map(|key| (key.kid.as_str(), key.x.as_str()))
    }

    /// The key with this id, if its signatures are valid at `now`.
    #[must_use]
    pub fn in_force(&self, kid: &str, now: Timestamp) -> Option<&PublicKey> {
        self.keys.iter().filter(|key| key.is_in_force(now)).find(|key| key.kid == kid)
    }
}

impl PublicKey {
    fn is_in_force(&self, now: Timestamp) -> bool {
        self.verify_until.is_none_or(|until| now.seconds() < until)
    }

    /// The key in the form that the verifying library uses. None when it cannot be read.
    #[must_use]
    pub fn decoding(&self) -> Option<DecodingKey> {
        DecodingKey::from_ed_components(&self.x).ok()
    }
}
