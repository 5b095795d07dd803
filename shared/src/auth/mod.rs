//! Who is calling and what they may do. Every handler begins with [`Auth::require`]: no scope, no
//! answer.

pub mod browser;
pub mod client;
pub mod identity;
pub mod key_cache;
pub mod keys;
pub mod password;
pub mod role;
pub mod session;
pub mod throttle;
pub mod token;
pub mod verified;
pub mod verifier;

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use lambda_http::Request;
use lambda_http::http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};

use crate::clock::Clock;
use crate::config::Config;
use crate::experiment::Workspace;
use crate::http::cookies;
use crate::http::networks::Networks;
use crate::http::origin::Browser;
use crate::http::problem::Problem;
use crate::http::source::Source;
use crate::random;
use crate::store::identities::User;
use crate::store::throttles::Attempt;
use crate::validation::Invalid;
use identity::Email;
use key_cache::{KeyCache, KeysMissing};
use keys::{PrivateKeys, PublicKeys};
use password::Password;
use role::{Role, Scope};
use token::{Claims, Grant, Terms};
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
            browser: config.browser(),
            admin_networks: config.admin_networks.clone(),
            clock,
        }
    }

    /// Lets a request through that carries a valid token with `scope`, and for an administrative
    /// scope comes from a network that may use it.
    ///
    /// # Errors
    /// 401 without a token or with one that does not hold, 403 with too little scope or from the
    /// wrong network, 503 when the keys cannot be read.
    pub async fn require(&self, request: &Request, scope: Scope) -> Result<Caller, Problem> {
        let token = self.presented(request)?;
        let presented = self.verifier.look(token.text()).map_err(Problem::InvalidToken)?;
        let now = self.clock.now();
        let suits = |keys: &PublicKeys| keys.knows(presented.kid());
        let keys = self.public.get(now, &suits).await?;
        let signed = self.verifier.verify(presented, &keys, now).map_err(Problem::InvalidToken)?;
        let claims = &signed.claims;
        self.meant(request, &token, claims)?;
        if !Scope::parse_list(&claims.scope).contains(&scope) {
            return Err(Problem::InsufficientScope(scope));
        }
        if scope.is_administrative() {
            self.admin_networks.admit(Source::of(request)?)?;
        }
        let (subject, workspace) = (claims.sub.clone(), claims.workspace.clone());
        Ok(Caller { subject, workspace, role: claims.role })
    }

    /// The token of the header or else, where browsers may have one, of the cookie.
    fn presented<'a>(&self, request: &'a Request) -> Result<Token<'a>, Problem> {
        let cookie = || cookies::read(request.headers(), cookies::ACCESS);
        match bearer(request) {
            Err(Problem::Unauthenticated) if self.browser.is_some() && !has_header(request) => {
                cookie().map(Token::InCookie).ok_or(Problem::Unauthenticated)
            }
            header => header.map(Token::InHeader),
        }
    }

    /// A token that was issued for a cookie holds in one alone, and there with its `csrf_token`.
    fn meant(&self, request: &Request, token: &Token<'_>, claims: &Claims) -> Result<(), Problem> {
        match (token, &self.browser, &claims.csrf) {
            (Token::InHeader(_), _, None) => Ok(()),
            (Token::InCookie(_), Some(browser), Some(hash)) => browser::meant(browser, request, hash),
            _ => Err(Problem::InvalidToken(token::Refused::Place)),
        }
    }

    /// A signed access token for somebody who has proved to be `user`.
    ///
    /// # Errors
    /// 503 when the private keys cannot be read, 500 when this function is not set up to sign.
    pub async fn issue(&self, user: &User) -> Result<Issued, Problem> {
        self.grant(Grant::to_person(user)).await
    }

    /// A signed access token for what has been granted.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn grant(&self, grant: Grant) -> Result<Issued, Problem> {
        let now = self.clock.now();
        let keys = self.signing_keys().await?;
        let key = keys.signer(now).ok_or_else(|| Problem::internal("no signing key is in force"))?;
        let jti = random::bytes().map_err(Problem::internal)?;
        let claims = Claims::of(grant, &self.terms, now, jti);
        let token = claims.sign(key).map_err(Problem::internal)?;
        Ok(Issued { token: token.into(), scope: claims.scope })
    }

    /// How an attempt to sign in is counted: by keyed hashes of the address and of the source, so that
    /// the counts tell nobody who tried, nor what was typed into the field. The person's
    /// `throttle_epoch` begins the count anew; 0 for nobody.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn attempt(&self, email: &Email, epoch: u32, source: Source) -> Result<Attempt, Problem> {
        let keys = self.signing_keys().await?;
        let account = keys.derive("throttle account", format!("{epoch} {email}").as_bytes());
        let source = keys.derive("throttle source", source.network().as_bytes());
        let short = |key: [u8; 32]| session::hex(&key)[..32].to_owned();
        Ok(Attempt { account: short(account), source: short(source) })
    }

    /// The private keys, for what signs or derives.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn signing_keys(&self) -> Result<Arc<PrivateKeys>, Problem> {
        let unset = || Problem::internal("PRIVATE_KEYS_SECRET is not set, so this function cannot sign");
        let now = self.clock.now();
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

/// A token and where it stood.
enum Token<'a> {
    InHeader(&'a str),
    InCookie(SecretString),
}

impl Token<'_> {
    fn text(&self) -> &str {
        match self {
            Self::InHeader(text) => text,
            Self::InCookie(text) => text.expose_secret(),
        }
    }
}

fn has_header(request: &Request) -> bool {
    request.headers().contains_key(AUTHORIZATION)
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
