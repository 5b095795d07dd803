//! Who is calling and what they may do. Every handler begins with [`Auth::require`], in
//! [`guard`]: no scope, no answer. Tokens are made in [`sign`].

pub mod blocklist;
pub mod browser;
pub mod client;
pub mod discovery;
pub mod guard;
pub mod identity;
mod jws;
pub mod key_cache;
pub mod keys;
pub mod machines;
pub mod password;
pub mod people;
pub mod role;
pub mod rotation;
pub mod session;
mod sha256;
pub mod sign;
pub mod standing;
pub mod throttle;
pub mod token;
pub mod vault;
pub mod verified;
pub mod verifier;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;

use crate::clock::Clock;
use crate::config::Config;
use crate::http::problem::Problem;
use crate::net::networks::Networks;
use crate::net::origin::Browser;
use crate::net::source::Source;
use domain::experiment::Workspace;
use key_cache::{KeyCache, KeysMissing};
use keys::{PrivateKeys, PublicKeys};
use role::{Role, Scope};
use token::Terms;
use verifier::Verifier;

/// Verifies tokens and, where the environment names the private keys, issues them.
#[derive(Debug)]
pub struct Auth {
    public: KeyCache<PublicKeys>,
    private: Option<KeyCache<PrivateKeys>>,
    verifier: Verifier,
    terms: Terms,
    browser: Option<Browser>,
    admin_networks: Networks,
    clock: Clock,
}

/// Somebody whose token holds.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whom the token speaks for.
    pub subject: String,
    /// The only workspace they see.
    pub workspace: Workspace,
    /// The role the token was issued under.
    pub role: Role,
    /// What the token allows, which may be less than its role does.
    pub scopes: Vec<Scope>,
    /// The person's `session_epoch` when the token was issued; None for a machine.
    pub session_epoch: Option<u32>,
}

/// Somebody whose token holds and does not allow what they asked for: what the audit will say of it.
#[derive(Debug, Clone)]
pub struct Overreach {
    /// Who asked.
    pub caller: Caller,
    /// What was in the way.
    pub denial: Denial,
    /// From which address.
    pub source: Source,
}

/// What a token that holds does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// This scope is missing.
    Scope(Scope),
    /// The address is in none of the networks that may administer.
    Network,
    /// The token came in a cookie, and nothing proves that an own page meant it.
    CrossSite,
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
            browser: config.browser(),
            admin_networks: config.admin_networks.clone(),
            clock,
        }
    }

    /// The public keys, as verifiers have them.
    ///
    /// # Errors
    /// 503 when they cannot be read, 500 when there are none.
    pub async fn public_keys(&self) -> Result<Arc<PublicKeys>, Problem> {
        Ok(self.public.get(self.clock.now(), &|_| true).await?)
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

impl From<KeysMissing> for Problem {
    fn from(error: KeysMissing) -> Self {
        match error {
            KeysMissing::Unavailable(cause) => Self::Unavailable(cause),
            KeysMissing::Broken(cause) => Self::Internal(cause),
        }
    }
}
