//! From a token to what it says: [`Verifier::look`] finds out which key it names, and
//! [`Verifier::verify`] holds it to that key and to its times. The signature of a token that was
//! seen before is not verified again; everything else is.

use std::sync::Arc;

use super::claims::{key_id, signed};
use super::verified::{Fingerprint, Signed};
use super::{Claims, Grant, Terms, TokenRefused};
use crate::auth::access::Role;
use crate::auth::keys::{PrivateKey, PublicKeys};
use crate::cache::Cache;
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// Verifies tokens, with a memory of signatures.
#[derive(Debug)]
pub struct Verifier {
    terms: Terms,
    /// The tokens seen last whose signature is right.
    pub(super) verified: Cache<Fingerprint, Arc<Signed>>,
}

/// A token before anything in it is believed but the name of its key. It cannot be printed.
pub struct Presented<'a> {
    token: &'a str,
    fingerprint: Fingerprint,
    seen: Option<Arc<Signed>>,
    kid: String,
}

impl Presented<'_> {
    /// The key that it names.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

impl Verifier {
    /// A verifier of tokens under `terms` that remembers the signatures of `most` of them.
    #[must_use]
    pub fn new(terms: Terms, most: usize) -> Self {
        Self { terms, verified: Cache::new(most) }
    }

    /// Reads the name of the key that `token`, which is shown at `now`, needs.
    ///
    /// # Errors
    /// When its header is not one of ours.
    pub fn look<'a>(&self, token: &'a str, now: Timestamp) -> Result<Presented<'a>, TokenRefused> {
        let fingerprint = Fingerprint::of(token);
        let seen = self.verified.get(&fingerprint, now);
        let kid = match &seen {
            Some(signed) => signed.kid().to_owned(),
            None => key_id(token)?,
        };
        Ok(Presented { token, fingerprint, seen, kid })
    }

    /// What the token says, if it holds at `now` under `keys`.
    ///
    /// # Errors
    /// Why it is refused.
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

/// Whether a token that `key` signs at `now` holds under `keys`: signs one, which leaves this
/// function for nowhere, and verifies it.
///
/// # Errors
/// Why it would be refused.
pub fn prove(terms: &Terms, key: &PrivateKey, keys: &PublicKeys, now: Timestamp) -> Result<(), TokenRefused> {
    let workspace = Workspace::parse("proof").map_err(|_| TokenRefused::Claims)?;
    let claims = Claims::of(Grant::of_role("proof".to_owned(), workspace, Role::Viewer), terms, now, [0; 16]);
    let token = claims.sign(key).map_err(|_| TokenRefused::Key)?;
    let verifier = Verifier::new(terms.clone(), 0);
    verifier.verify(verifier.look(&token, now)?, keys, now).map(|_| ())
}
