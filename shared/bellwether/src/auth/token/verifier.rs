//! Verification of a token: [`Verifier::parse`] finds the key that it names, and [`Verifier::verify`] checks
//! it against that key and its times. The signature of a token that was seen before is not verified again.
//! Everything else is.

use std::sync::Arc;

use super::claims::{key_id, signed};
use super::verified::{Fingerprint, Signed};
use super::{Claims, Grant, Terms, TokenRefused};
use crate::auth::access::Role;
use crate::auth::keys::{PrivateKey, PublicKeys};
use crate::cache::Cache;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// Verifies tokens, with a cache of verified signatures.
#[derive(Debug)]
pub struct Verifier {
    terms: Terms,
    /// The most recent tokens with a valid signature.
    pub(super) verified: Cache<Fingerprint, Arc<Signed>>,
}

/// A token whose key id has been read. Nothing else in it is trusted yet. It cannot be printed.
pub struct Presented<'a> {
    token: &'a str,
    fingerprint: Fingerprint,
    seen: Option<Arc<Signed>>,
    kid: String,
}

impl Presented<'_> {
    /// The id of the key that it names.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

impl Verifier {
    /// Creates a verifier of tokens under `terms` that caches the signatures of up to `most` of them.
    #[must_use]
    pub fn new(terms: Terms, most: usize) -> Self {
        Self { terms, verified: Cache::new(most) }
    }

    /// Parses `token`, which is presented at `now`, as far as the id of its key.
    ///
    /// # Errors
    /// When its header is not of the form that this issuer writes.
    pub fn parse<'a>(&self, token: &'a str, now: Timestamp) -> Result<Presented<'a>, TokenRefused> {
        let fingerprint = Fingerprint::of(token);
        let seen = self.verified.get(&fingerprint, now);
        let kid = match &seen {
            Some(signed) => signed.kid().to_owned(),
            None => key_id(token)?,
        };
        Ok(Presented { token, fingerprint, seen, kid })
    }

    /// Returns the token's content, if it is valid at `now` under `keys`.
    ///
    /// # Errors
    /// The reason for the refusal.
    pub fn verify(
        &self,
        presented: Presented<'_>,
        keys: &PublicKeys,
        now: Timestamp,
    ) -> Result<Arc<Signed>, TokenRefused> {
        let Presented { token, fingerprint, seen, kid } = presented;
        let key = keys.in_force(&kid, now).ok_or(TokenRefused::Key)?;
        if let Some(seen) = seen.filter(|seen| seen.is_by(key)) {
            seen.claims.in_time(now)?;
            return Ok(seen);
        }
        let claims = signed(token, key, &self.terms)?;
        claims.in_time(now)?;
        let signed = Arc::new(Signed::new(key.clone(), claims));
        self.verified.put(fingerprint, signed.clone(), now);
        Ok(signed)
    }
}

/// Checks that a token that `key` signs at `now` is valid under `keys`. Signs one, which never leaves this
/// function, and verifies it.
///
/// # Errors
/// The reason why it would be refused.
pub fn prove(terms: &Terms, key: &PrivateKey, keys: &PublicKeys, now: Timestamp) -> Result<(), TokenRefused> {
    let workspace = Workspace::parse("proof").map_err(|_| TokenRefused::Claims)?;
    let claims = Claims::of(Grant::of_role("proof".to_owned(), workspace, Role::Viewer), terms, now, [0; 16]);
    let token = claims.sign(key).map_err(|_| TokenRefused::Key)?;
    let verifier = Verifier::new(terms.clone(), 0);
    verifier.verify(verifier.parse(&token, now)?, keys, now).map(|_| ())
}
