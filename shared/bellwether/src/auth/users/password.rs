//! Passwords: hashing with argon2id under current parameters, and detection of older ones.

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

const LIMITS: &str = "must be 15 to 128 characters";

/// 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password in Unicode normal form NFKC, so that it is the same from every keyboard. It cannot be printed.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

/// A password's hash as a PHC string: algorithm, parameters, salt and hash.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// Hashing failed for lack of memory or randomness, never because of a wrong password.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashFailure(String);

impl Password {
    /// Parses a new password.
    ///
    /// # Errors
    /// When it is shorter than 15 or longer than 128 characters (NIST SP 800-63B-4 section 3.1.1.2).
    pub fn parse(text: &SecretString) -> Result<Self, &'static str> {
        let password = Self::offered(text);
        let length = password.0.expose_secret().chars().count();
        if (15..=128).contains(&length) { Ok(password) } else { Err(LIMITS) }
    }

    /// Takes a password that is offered at sign-in, at any length, because other limits may have applied when
    /// it was set.
    #[must_use]
    pub fn offered(text: &SecretString) -> Self {
        Self(text.expose_secret().nfkc().collect::<String>().into())
    }

    /// The password itself, for the blocklist check.
    pub(super) fn exposed(&self) -> &SecretString {
        &self.0
    }

    /// Hashes with the current parameters and a new salt.
    ///
    /// # Errors
    /// When memory or randomness fails.
    pub fn hash(&self) -> Result<PasswordHash, HashFailure> {
        let hash: phc::PasswordHash =
            today()?.hash_password(self.0.expose_secret().as_bytes()).map_err(failure)?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Whether this password belongs to `hash`.
    #[must_use]
    pub fn matches(&self, hash: &PasswordHash) -> bool {
        let Ok(hash) = phc::PasswordHash::new(&hash.0) else { return false };
        Argon2::default().verify_password(self.0.expose_secret().as_bytes(), &hash).is_ok()
    }

    /// Does the work of [`Self::matches`] without a user, so that an unknown user costs the same as a wrong
    /// password.
    ///
    /// # Errors
    /// When memory fails.
    pub fn match_unknown_user(&self) -> Result<(), HashFailure> {
        let mut nowhere = [0; 32];
        let password = self.0.expose_secret().as_bytes();
        today()?.hash_password_into(password, b"nobody's salt 16", &mut nowhere).map_err(failure)
    }
}

impl PasswordHash {
    /// Whether the hash has weaker parameters than the current ones.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        let params = phc::PasswordHash::new(&self.0).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|p| p.m_cost() < MEMORY_KIB || p.t_cost() < PASSES)
    }

    /// The hash in its stored form.
    #[must_use]
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}

fn today() -> Result<Argon2<'static>, HashFailure> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failure)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failure(error: impl std::fmt::Display) -> HashFailure {
    HashFailure(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(&text.to_owned().into()).unwrap()
    }

    #[test]
    fn a_password_matches_its_own_hash_in_every_unicode_form() {
        let hash = password("Größe ist nicht alles").hash().unwrap();
        assert!(password("Gro\u{308}ße ist nicht alles").matches(&hash));
        assert!(!password("Größe ist nicht alle5").matches(&hash));
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "the current parameters");
    }

    #[test]
    fn only_weaker_parameters_are_outdated() {
        let weaker =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
        let weak: phc::PasswordHash = weaker.hash_password(b"correct horse battery").unwrap();
        assert!(PasswordHash(weak.to_string()).is_outdated());
        assert!(password("correct horse battery").matches(&PasswordHash(weak.to_string())));
        assert!(!password("correct horse battery").hash().unwrap().is_outdated());
    }

    #[test]
    fn length_is_counted_in_characters() {
        for (text, fits) in [
            ("x".repeat(14), false),
            ("ü".repeat(15), true),
            ("ü".repeat(128), true),
            ("x".repeat(129), false),
        ] {
            assert_eq!(Password::parse(&text.into()).is_ok(), fits);
        }
    }

    #[test]
    fn neither_a_password_nor_its_hash_can_be_printed() {
        let secret = password("a very secret password");
        let printed = format!("{secret:?} {:?}", secret.hash().unwrap());
        assert!(!printed.contains("secret") && !printed.contains("argon2"), "{printed}");
    }
}
