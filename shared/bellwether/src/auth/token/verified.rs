//! Signatures that this instance has verified, so that the signature of a token in every request is verified
//! once. Verifying an Ed25519 signature costs more than the rest of an assignment from memory.
//!
//! A cached fact stays true: this key has signed this token with these claims. Whether the key is valid and
//! whether the token's times are valid is checked at every request, by [`Claims::in_time`] and against the
//! current keys. A cached token therefore expires when it would have expired anyway, and with its key.

use aws_lc_rs::digest::{SHA256, digest};

use super::Claims;
use crate::auth::keys::PublicKey;

/// The SHA-256 hash of a token. The cache contains nothing that gives access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The hash of `token`, including its signature.
    pub fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// A token with a valid signature.
#[derive(Debug)]
pub struct Signed {
    key: PublicKey,
    /// Its claims.
    pub claims: Claims,
}

impl Signed {
    /// Creates it from claims that `key` has signed.
    pub fn new(key: PublicKey, claims: Claims) -> Self {
        Self { key, claims }
    }

    /// The id of the key that signed it.
    pub fn kid(&self) -> &str {
        &self.key.kid
    }

    /// Whether exactly this key signed it, not only one with the same id.
    pub fn is_by(&self, key: &PublicKey) -> bool {
        self.key.kid == key.kid && self.key.x == key.x
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Grant, LIFE_SECONDS, SKEW_SECONDS, Terms, TokenRefused, Verifier};
    use super::*;
    use crate::auth::access::Role;
    use crate::auth::keys::{PrivateKeys, PublicKeys};
    use domain::clock::Timestamp;
    use domain::experiment::Workspace;

    const NOW: i64 = 1_795_255_200_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(NOW + seconds * 1_000)
    }

    fn terms() -> Terms {
        Terms { issuer: "https://issuer.example/v1".to_owned(), audience: "bellwether".to_owned() }
    }

    fn token(keys: &PrivateKeys, subject: &str) -> String {
        let workspace = Workspace::parse("acme").unwrap();
        let claims =
            Claims::of(Grant::of_role(subject.to_owned(), workspace, Role::Viewer), &terms(), at(0), [7; 16]);
        claims.sign(keys.signer(at(0)).unwrap()).unwrap()
    }

    fn verifier() -> Verifier {
        Verifier::new(terms(), 2)
    }

    /// The result of verifying a token `later` seconds after it was issued, with the given keys.
    fn outcome(
        verifier: &Verifier,
        token: &str,
        keys: &PublicKeys,
        later: i64,
    ) -> Result<String, TokenRefused> {
        let presented = verifier.parse(token, at(later))?;
        verifier.verify(presented, keys, at(later)).map(|signed| signed.claims.sub.clone())
    }

    fn remembered(verifier: &Verifier, token: &str) -> bool {
        verifier.verified.get(&Fingerprint::of(token), at(0)).is_some()
    }

    #[test]
    fn a_cached_token_has_the_same_claims_and_expires_on_time() {
        let (verifier, keys) = (verifier(), PrivateKeys::first(at(0)).unwrap());
        let token = token(&keys, "ada");
        assert!(!remembered(&verifier, &token));
        for later in [0, 1, LIFE_SECONDS + SKEW_SECONDS - 1] {
            assert_eq!(outcome(&verifier, &token, &keys.public(), later), Ok("ada".to_owned()));
            assert!(remembered(&verifier, &token));
        }
        for later in [LIFE_SECONDS + SKEW_SECONDS, -SKEW_SECONDS - 1] {
            assert_eq!(outcome(&verifier, &token, &keys.public(), later), Err(TokenRefused::Times));
        }
    }

    #[test]
    fn a_cached_token_becomes_invalid_with_its_key() {
        let (verifier, keys) = (verifier(), PrivateKeys::first(at(0)).unwrap());
        let token = token(&keys, "ada");
        assert!(outcome(&verifier, &token, &keys.public(), 0).is_ok());
        let removed = PrivateKeys::first(at(0)).unwrap().public();
        assert_eq!(outcome(&verifier, &token, &removed, 1), Err(TokenRefused::Key));
        let mut ending = serde_json::to_value(keys.public()).unwrap();
        ending["keys"][0]["verify_until"] = (at(10).seconds()).into();
        let ending: PublicKeys = serde_json::from_value(ending).unwrap();
        assert!(outcome(&verifier, &token, &ending, 9).is_ok());
        assert_eq!(outcome(&verifier, &token, &ending, 10), Err(TokenRefused::Key));
    }

    #[test]
    fn a_token_is_verified_again_under_another_key_with_the_same_id() {
        let (verifier, keys) = (verifier(), PrivateKeys::first(at(0)).unwrap());
        let token = token(&keys, "ada");
        assert!(outcome(&verifier, &token, &keys.public(), 0).is_ok());
        let mut other = serde_json::to_value(PrivateKeys::first(at(0)).unwrap().public()).unwrap();
        other["keys"][0]["kid"] = keys.signer(at(0)).unwrap().kid.clone().into();
        let other: PublicKeys = serde_json::from_value(other).unwrap();
        assert_eq!(outcome(&verifier, &token, &other, 1), Err(TokenRefused::Claims));
    }

    #[test]
    fn a_changed_token_is_not_found_in_the_cache_and_a_refused_one_is_not_stored() {
        let (verifier, keys) = (verifier(), PrivateKeys::first(at(0)).unwrap());
        let token = token(&keys, "ada");
        assert!(outcome(&verifier, &token, &keys.public(), 0).is_ok());
        let middle = token.len() - 40;
        let changed = if token.as_bytes()[middle] == b'A' { "B" } else { "A" };
        let forged = format!("{}{changed}{}", &token[..middle], &token[middle + 1..]);
        assert_eq!(outcome(&verifier, &forged, &keys.public(), 0), Err(TokenRefused::Claims));
        assert!(!remembered(&verifier, &forged));
    }

    #[test]
    fn the_number_of_cached_tokens_is_limited_and_may_be_zero() {
        let keys = PrivateKeys::first(at(0)).unwrap();
        let tokens = ["ada", "bea", "cyd"].map(|subject| token(&keys, subject));
        let (two, none) = (verifier(), Verifier::new(terms(), 0));
        for token in &tokens {
            assert!(outcome(&two, token, &keys.public(), 0).is_ok());
            assert!(outcome(&none, token, &keys.public(), 0).is_ok());
        }
        assert_eq!(tokens.each_ref().map(|token| remembered(&two, token)), [false, true, true]);
        assert!(tokens.iter().all(|token| !remembered(&none, token)));
    }
}
