//! Who is calling and what they may do. Every handler begins with [`Auth::require`]: no scope, no
//! answer.

pub mod client;
pub mod identity;
pub mod key_cache;
pub mod keys;
pub mod password;
pub mod role;
pub mod token;
pub mod verified;
pub mod verifier;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use lambda_http::Request;
use lambda_http::http::header::AUTHORIZATION;
use secrecy::SecretString;

use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::experiment::Workspace;
use crate::http::problem::Problem;
use crate::random;
use crate::store::identities::User;
use crate::validation::Invalid;
use identity::Email;
use key_cache::{KeyCache, KeysMissing};
use keys::{PrivateKeys, PublicKeys};
use password::Password;
use role::{Role, Scope};
use token::{Claims, Terms};
use verifier::Verifier;

/// Verifies tokens and, where the environment names the private keys, issues them.
#[derive(Debug)]
pub struct Auth {
    public: KeyCache<PublicKeys>,
    private: Option<KeyCache<PrivateKeys>>,
    verifier: Verifier,
    terms: Terms,
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
}

/// An access token, which cannot be printed, and the scopes it carries.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: SecretString,
    /// Its scopes, separated by spaces.
    pub scope: String,
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

    /// Lets a request through that carries a valid token with `scope`.
    ///
    /// # Errors
    /// 401 without a token or with one that does not hold, 403 with too little scope, 503 when the
    /// keys cannot be read.
    pub async fn require(&self, request: &Request, scope: Scope) -> Result<Caller, Problem> {
        let presented = self.verifier.look(bearer(request)?).map_err(Problem::InvalidToken)?;
        let now = self.clock.now();
        let suits = |keys: &PublicKeys| keys.knows(presented.kid());
        let keys = self.public.get(now, &suits).await?;
        let signed = self.verifier.verify(presented, &keys, now).map_err(Problem::InvalidToken)?;
        let claims = &signed.claims;
        if !Scope::parse_list(&claims.scope).contains(&scope) {
            return Err(Problem::InsufficientScope(scope));
        }
        let (subject, workspace) = (claims.sub.clone(), claims.workspace.clone());
        Ok(Caller { subject, workspace, role: claims.role })
    }

    /// A signed access token for somebody who has proved to be `user`.
    ///
    /// # Errors
    /// 503 when the private keys cannot be read, 500 when this function is not set up to sign.
    pub async fn issue(&self, user: &User) -> Result<Issued, Problem> {
        let now = self.clock.now();
        let keys = self.signing_keys(now).await?;
        let key = keys.signer(now).ok_or_else(|| Problem::internal("no signing key is in force"))?;
        let (subject, workspace) = (user.user_id.to_string(), user.workspace.clone());
        let jti = random::bytes().map_err(Problem::internal)?;
        let claims = Claims::for_person(&self.terms, subject, workspace, user.role, now, jti);
        let token = claims.sign(key).map_err(Problem::internal)?;
        Ok(Issued { token: token.into(), scope: claims.scope })
    }

    /// HMAC-SHA-256 of `input` under the private secret's key for `purpose`.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn derive(&self, purpose: &'static str, input: &[u8]) -> Result<[u8; 32], Problem> {
        let now = self.clock.now();
        Ok(self.signing_keys(now).await?.derive(purpose, input))
    }

    async fn signing_keys(&self, now: Timestamp) -> Result<Arc<PrivateKeys>, Problem> {
        let unset = || Problem::internal("PRIVATE_KEYS_SECRET is not set, so this function cannot sign");
        let suits = |keys: &PrivateKeys| keys.signer(now).is_some();
        Ok(self.private.as_ref().ok_or_else(unset)?.get(now, &suits).await?)
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

/// The e-mail address and the password of somebody who is to be added.
///
/// # Errors
/// Both limits, where both are broken.
pub fn credentials(email: &str, password: &SecretString) -> Result<(Email, Password), Vec<Invalid>> {
    match (Email::parse(email), Password::parse(password)) {
        (Ok(email), Ok(password)) => Ok((email, password)),
        (email, password) => {
            let email = email.err().map(|error| Invalid::new("/email", error.to_string()));
            let password = password.err().map(|limits| Invalid::new("/password", limits));
            Err(email.into_iter().chain(password).collect())
        }
    }
}

/// The token of the `Authorization` header (RFC 6750 section 2.1), the one place it may stand.
fn bearer(request: &Request) -> Result<&str, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION).iter();
    let header = headers.next().ok_or(Problem::Unauthenticated)?;
    if headers.next().is_some() {
        return Err(Problem::InvalidToken(token::Refused::Header));
    }
    let text = header.to_str().map_err(|_| Problem::InvalidToken(token::Refused::Header))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::Unauthenticated),
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
