//! Who is calling and what they may do. This module verifies tokens, and [`issue`] makes them.
//! `runtime::guard` uses it to decide who may make a request.
//!
//! [`access`] defines what can be allowed, [`users`] and [`clients`] who may sign in, [`keys`] what signs,
//! [`token`] what an access token contains, [`session`] what keeps a user signed in, and [`rotation`] how
//! keys replace each other.

pub mod access;
pub mod clients;
mod error;
pub mod issue;
pub mod keys;
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
    /// Reads keys through `client` when they are first needed.
    #[must_use]
    pub fn new(client: &Client, config: &Config, clock: Clock) -> Self {
        let keep = config.limits.key_cache_seconds;
        let private = config.private_keys_secret.clone();
        let terms = Terms { issuer: config.issuer.clone(), audience: config.audience.clone() };
        Self {
            public: KeyCache::new(client.clone(), config.public_keys_secret.clone(), keep),
            private: private.map(|secret| KeyCache::new(client.clone(), secret, keep)),
            verifier: Verifier::new(terms.clone(), config.limits.cached_tokens),
            terms,
            clock,
        }
    }

    /// The public keys, as verifiers have them.
    ///
    /// # Errors
    /// 503 when they cannot be read, 500 when there are none.
    pub async fn public_keys(&self) -> Result<Arc<PublicKeys>, KeysError> {
        self.public.get(self.clock.now(), &|_| true).await
    }

    /// What `token` says, if it holds now.
    ///
    /// # Errors
    /// Why it does not, or why that cannot be response.
    pub async fn verified(&self, token: &str) -> Result<Arc<Signed>, AuthError> {
        let now = self.clock.now();
        let presented = self.verifier.look(token, now)?;
        let suits = |keys: &PublicKeys| keys.knows(presented.kid());
        let keys = self.public.get(now, &suits).await?;
        Ok(self.verifier.verify(presented, &keys, now)?)
    }

    /// What tokens say of who issues them and for whom.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Fills the key caches by hand, for tests of what does not read keys.
    #[cfg(feature = "testing")]
    pub async fn hold(&self, keys: &PrivateKeys) {
        let now = self.clock.now();
        self.public.hold(keys.public(), now).await;
        if let Some(private) = &self.private {
            private.hold(keys.clone(), now).await;
        }
    }
}
