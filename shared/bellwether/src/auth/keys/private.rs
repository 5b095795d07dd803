//! The private secret: the key pairs that sign, and the root of other keys. Only signers may read it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::KeyFault;
use super::public::{PublicKey, PublicKeys};
use crate::random;
use domain::clock::Timestamp;

/// The private secret's content.
#[derive(Debug, Clone, Deserialize)]
pub struct PrivateKeys {
    /// In the order in which they sign. The last is the newest.
    pub(in crate::auth) keys: Vec<PrivateKey>,
    /// 256 random bits in base64, from which other keys are derived. The root is kept when pairs are
    /// replaced, because values that are derived from it are stored for months.
    pub(in crate::auth) root: SecretString,
}

/// One key pair. Its private half cannot be printed.
#[derive(Debug, Clone, Deserialize)]
pub struct PrivateKey {
    /// The id of the public key that verifies its signatures.
    pub kid: String,
    /// PKCS#8 in base64.
    pkcs8: SecretString,
    /// The public half, base64url as in RFC 8037 section 2.
    x: String,
    /// Seconds since 1970 from which it signs.
    pub(in crate::auth) sign_from: i64,
    /// Seconds since 1970 until which its signatures are valid, as planned when the successor is created. The
    /// time in the public secret is decisive.
    pub(in crate::auth) verify_until: Option<i64>,
}

impl PrivateKeys {
    /// Creates the first pair, which signs from `now`, and a new root.
    ///
    /// # Errors
    /// When randomness fails.
    pub fn first(now: Timestamp) -> Result<Self, KeyFault> {
        let root: [u8; 32] = random::bytes().map_err(KeyFault::new)?;
        let first = PrivateKey { sign_from: now.seconds(), ..PrivateKey::generate()? };
        Ok(Self { keys: vec![first], root: STANDARD.encode(root).into() })
    }

    /// The newest key that signs at `now`.
    #[must_use]
    pub fn signer(&self, now: Timestamp) -> Option<&PrivateKey> {
        let ready = self.keys.iter().filter(|key| key.sign_from <= now.seconds());
        ready.max_by_key(|key| key.sign_from)
    }

    /// The key that was added last.
    #[must_use]
    pub fn newest(&self) -> Option<&PrivateKey> {
        self.keys.last()
    }

    /// HMAC-SHA-256 of `input` under a key that is derived for `purpose`.
    #[must_use]
    pub fn derive(&self, purpose: &'static str, input: &[u8]) -> [u8; 32] {
        let root = hmac::Key::new(hmac::HMAC_SHA256, self.root.expose_secret().as_bytes());
        let key = hmac::sign(&root, purpose.as_bytes());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()), input);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }

    /// The public keys of the pairs.
    #[must_use]
    pub fn public(&self) -> PublicKeys {
        let half = |key: &PrivateKey| PublicKey {
            kid: key.kid.clone(),
            x: key.x.clone(),
            published_at: key.sign_from,
            verify_until: key.verify_until,
        };
        PublicKeys { keys: self.keys.iter().map(half).collect() }
    }

    /// The private secret's content, for Secrets Manager only.
    #[must_use]
    pub fn to_secret(&self) -> SecretString {
        let keys: Vec<_> = self.keys.iter().map(PrivateKey::to_json).collect();
        json!({ "keys": keys, "root": self.root.expose_secret() }).to_string().into()
    }
}

impl PrivateKey {
    /// Creates a pair that does not sign yet. The caller sets when it signs.
    ///
    /// # Errors
    /// When randomness fails.
    pub fn generate() -> Result<Self, KeyFault> {
        let fault = |_| KeyFault::new("the system's randomness failed");
        let pair = Ed25519KeyPair::generate().map_err(fault)?;
        let pkcs8 = pair.to_pkcs8().map_err(fault)?;
        let public = pair.public_key().as_ref();
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(&digest(&SHA256, public).as_ref()[..12]),
            pkcs8: STANDARD.encode(pkcs8.as_ref()).into(),
            x: URL_SAFE_NO_PAD.encode(public),
            sign_from: i64::MAX,
            verify_until: None,
        })
    }

    /// The public half, base64url.
    #[must_use]
    pub(super) fn x(&self) -> &str {
        &self.x
    }

    /// The stored form, for a secret only.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "kid": self.kid, "pkcs8": self.pkcs8.expose_secret(), "x": self.x,
            "sign_from": self.sign_from, "verify_until": self.verify_until,
        })
    }

    /// The time from which it signs.
    #[must_use]
    pub fn signs_from(&self) -> Timestamp {
        Timestamp::from_seconds(self.sign_from)
    }

    /// The key in the form that the signing library uses.
    ///
    /// # Errors
    /// When the stored text is not base64.
    pub fn encoding(&self) -> Result<EncodingKey, KeyFault> {
        let der = STANDARD.decode(self.pkcs8.expose_secret());
        der.map(|der| EncodingKey::from_ed_der(&der)).map_err(|_| KeyFault::new("it is not base64"))
    }
}
