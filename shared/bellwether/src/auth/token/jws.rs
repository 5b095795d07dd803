//! The encoding of an access token: a JWS in compact serialization (RFC 7515 section 7.1), parsed more
//! strictly than the RFC requires. This service accepts only its own tokens, so it refuses what it does not
//! write: a header contains `alg`, `typ` and `kid` and nothing else (RFC 8725 sections 3.1 and 3.11), JSON
//! objects contain no name twice (section 2.4 warns of parsers that differ), and base64url has one spelling.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, crypto};
use serde::Deserialize;
use serde_json::Value;

use super::TokenRefused;
use crate::auth::keys::PublicKey;
use crate::json;
use domain::validation::typed;

/// The only algorithm (RFC 8037).
pub(super) const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// The only type (RFC 9068 section 2.1).
pub(super) const TYPE: &str = "at+jwt";
/// The maximum length of a token, in bytes.
pub(super) const LONGEST: usize = 4_096;

/// A token with a valid header. Its content is not verified yet.
pub(super) struct Jws<'a> {
    /// The id of the key that the header names.
    pub kid: String,
    signed: &'a str,
    payload: &'a str,
    signature: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: Algorithm,
    typ: String,
    kid: String,
}

impl<'a> Jws<'a> {
    /// Parses the header.
    ///
    /// # Errors
    /// [`TokenRefused::TooLong`], or [`TokenRefused::Header`] for a header that this issuer does not write.
    pub fn read(token: &'a str) -> Result<Self, TokenRefused> {
        if token.len() > LONGEST {
            return Err(TokenRefused::TooLong);
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenRefused::Header);
        };
        let parsed: Option<Header> = object(header).and_then(|header| typed(header).ok());
        let parsed = parsed.filter(|header| header.alg == ALGORITHM && header.typ == TYPE);
        let Header { kid, .. } = parsed.ok_or(TokenRefused::Header)?;
        Ok(Self { kid, signed: &token[..=header.len() + payload.len()], payload, signature })
    }

    /// Returns the payload if `key` has signed it.
    ///
    /// # Errors
    /// [`TokenRefused::Key`] for a key that cannot be read. [`TokenRefused::Claims`] when the signature does
    /// not belong to this key or the payload is not a JSON object.
    pub fn payload(&self, key: &PublicKey) -> Result<Value, TokenRefused> {
        let key = key.decoding().ok_or(TokenRefused::Key)?;
        let verified = crypto::verify(self.signature, self.signed.as_bytes(), &key, ALGORITHM);
        if !verified.unwrap_or(false) {
            return Err(TokenRefused::Claims);
        }
        object(self.payload).ok_or(TokenRefused::Claims)
    }
}

/// Parses a part of a token as a JSON object, with strict base64url and strict JSON.
fn object(part: &str) -> Option<Value> {
    let text = URL_SAFE_NO_PAD.decode(part).ok()?;
    json::parse(&text).ok().filter(Value::is_object)
}
