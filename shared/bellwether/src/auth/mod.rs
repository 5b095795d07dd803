//! Authentication and authorization: who is calling, and what they may do. This module verifies tokens, and
//! [`issue`] creates them. `runtime::guard` uses it to decide who may make a request.
//!
//! [`access`] defines scopes, roles and limits, [`users`] and [`clients`] who may sign in, [`keys`] the
//! signing keys, [`preview`] tokens that show a chosen variant, [`token`] the content of access tokens, [`session`] how a user stays signed in, and
//! [`rotation`] how keys are replaced.

pub mod access;
pub mod clients;
mod error;
pub mod issue;
pub mod keys;
pub mod preview;
pub mod rotation;
pub mod session;
mod sha256;
pub mod token;
pub mod users;

pub use error::AuthError;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;

use crate::clock::Clock;
use crate::config::Config;
use keys::{KeyCache, KeysError, PrivateKeys, PublicKeys};
use token::{Signed, Terms, Verifier};

/// Verifies tokens and, where the environment names the private keys, issues them.
#[derive(Debug)]
pub struct Auth {
    public: KeyCache<PublicKeys>,
    private: Option<KeyCache<PrivateKeys>>,
    verifier: Verifier,
    terms: Terms,
    clock: Clock,
}

impl Auth {
    /// Creates the verifier, which reads keys through `client` when they are first needed.
    #[must_use]
    pub fn new(client: &Client, config: &Config, clock: Clock) -> Self {
        let lifetime = config.limits.key_cache_seconds;
        let private = config.private_keys_secret.clone();
        let terms = Terms { issuer: config.issuer.clone(), audience: config.audience.clone() };
        Self {
            public: KeyCache::new(client.clone(), config.public_keys_secret.clone(), lifetime),
            private: private.map(|secret| KeyCache::new(client.clone(), secret, lifetime)),
            verifier: Verifier::new(terms.clone(), config.limits.cached_tokens),
            terms,
            clock,
        }
    }

    /// The public keys that verify tokens.
    ///
    /// # Errors
    /// 503 when they cannot be read, 500 when none exist.
    pub async fn public_keys(&self) -> Result<Arc<PublicKeys>, KeysError> {
        self.public.get(self.clock.now(), &|_| true).await
    }

    /// Returns the content of `token`, if it is valid now.
    ///
    /// # Errors
    /// When the token is invalid, or the keys that it needs cannot be read.
    pub async fn verified(&self, token: &str) -> Result<Arc<Signed>, AuthError> {
        let now = self.clock.now();
        let presented = self.verifier.parse(token, now)?;
        let suits = |keys: &PublicKeys| keys.knows(presented.kid());
        let keys = self.public.get(now, &suits).await?;
        Ok(self.verifier.verify(presented, &keys, now)?)
    }

    /// The issuer and the audience of tokens.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Sets the cached keys, for tests that do not read keys.
    #[cfg(feature = "testing")]
    pub async fn set_keys(&self, keys: &PrivateKeys) {
        let now = self.clock.now();
        self.public.set(keys.public(), now).await;
        if let Some(private) = &self.private {
            private.set(keys.clone(), now).await;
        }
    }
}
