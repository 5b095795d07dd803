//! Operations that need the private keys: signing access tokens, and hashing with a derived key.

use std::sync::Arc;

use secrecy::SecretString;

use super::Auth;
use super::access::identify;
use super::access::throttle::Attempt;
use super::keys::{KeysError, PrivateKeys};
use super::sha256;
use super::token::{Claims, Grant};
use super::users::{Email, User};
use crate::net::source::Source;
use crate::random;

/// An access token, which cannot be printed, and its scopes.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: SecretString,
    /// Its scopes, separated by spaces.
    pub scope: String,
}

impl Auth {
    /// Issues an access token for an authenticated user.
    ///
    /// # Errors
    /// 503 when the private keys cannot be read, 500 when this function is not configured to sign.
    pub async fn issue(&self, user: &User) -> Result<Issued, KeysError> {
        self.grant(Grant::to_user(user)).await
    }

    /// Issues an access token for a grant.
    ///
    /// # Errors
    /// Those of [`Self::issue`].
    pub async fn grant(&self, grant: Grant) -> Result<Issued, KeysError> {
        let now = self.clock.now();
        let keys = self.signing_keys().await?;
        let key = keys.signer(now).ok_or_else(|| broken("no signing key is valid now"))?;
        let jti = random::bytes().map_err(broken)?;
        let claims = Claims::of(grant, &self.terms, now, jti);
        let token = claims.sign(key).map_err(broken)?;
        identify(&claims.sub, &claims.workspace);
        Ok(Issued { token: token.into(), scope: claims.scope })
    }

    /// Returns the keys under which a sign-in attempt is counted: keyed hashes of the address and of the
    /// source. The counts therefore do not reveal who tried, or what was typed. The user's `throttle_epoch`
    /// starts the count again; it is 0 for an unknown user.
    ///
    /// # Errors
    /// Those of [`Self::issue`].
    pub async fn attempt(&self, email: &Email, epoch: u32, source: Source) -> Result<Attempt, KeysError> {
        let keys = self.signing_keys().await?;
        let short = |key: [u8; 32]| sha256::hex(&key)[..32].to_owned();
        let counted =
            |epoch: u32| short(keys.derive("throttle account", format!("{epoch} {email}").as_bytes()));
        let network = |text: String| short(keys.derive("throttle source", text.as_bytes()));
        let networks: Vec<String> = source.networks().into_iter().map(network).collect();
        let source = networks.first().cloned().unwrap_or_default();
        Ok(Attempt { account: counted(epoch), email: counted(0), epoch, source, networks })
    }

    /// Whether the environment names the private keys.
    #[must_use]
    pub fn can_sign(&self) -> bool {
        self.private.is_some()
    }

    /// The private keys, for signing and for deriving keys.
    ///
    /// # Errors
    /// Those of [`Self::issue`].
    pub async fn signing_keys(&self) -> Result<Arc<PrivateKeys>, KeysError> {
        let unset = || broken("PRIVATE_KEYS_SECRET is not set, so this function cannot sign");
        let now = self.clock.now();
        let suits = |keys: &PrivateKeys| keys.signer(now).is_some();
        self.private.as_ref().ok_or_else(unset)?.get(now, &suits).await
    }
}

/// A fault of the configuration or of the keys that a retry does not resolve.
fn broken(cause: impl std::fmt::Display) -> KeysError {
    KeysError::Broken(cause.to_string())
}
