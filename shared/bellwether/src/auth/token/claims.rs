//! The claims of a token, its signature, and the checks of its claims.

use jsonwebtoken::{Header, encode};
use serde::{Deserialize, Serialize};

use super::jws::{ALGORITHM, Jws, TYPE};
use super::{Grant, Terms, TokenRefused};
use crate::auth::access::{Caller, Role, Scope};
use crate::auth::keys::{KeyFault, PrivateKey, PublicKey};
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::validation::typed;

/// The validity of an access token, in seconds.
pub const LIFE_SECONDS: i64 = 900;
/// The tolerated clock skew, in seconds.
pub const SKEW_SECONDS: i64 = 60;
/// Claims that restrict a token's use: its beginning (RFC 7519 section 4.1.5) and its holder's key (RFC
/// 7800). Bellwether's tokens do not contain them. Unlike other unknown claims, they cannot be ignored.
const NARROWING: [&str; 2] = ["nbf", "cnf"];

/// The claims of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// The user or client that the token was issued to.
    pub sub: String,
    /// The client that requested it.
    pub client_id: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// Its id: 128 random bits.
    pub jti: String,
    /// Its scopes, separated by spaces.
    pub scope: String,
    /// The only workspace that it gives access to.
    pub workspace: Workspace,
    /// The role it was issued under.
    pub role: Role,
    /// The user's `session_epoch` when it was issued. None in a client's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_epoch: Option<u32>,
    /// The hash of the CSRF token that a browser's unsafe requests must contain. Only in tokens that are
    /// issued for cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
}

impl Claims {
    /// The caller: the token's subject, and its scopes.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            subject: self.sub.clone(),
            workspace: self.workspace.clone(),
            role: self.role,
            scopes: Scope::parse_list(&self.scope),
            session_epoch: self.session_epoch,
        }
    }

    /// Creates the claims of a grant. `jti` is 16 random bytes.
    #[must_use]
    pub fn of(grant: Grant, terms: &Terms, now: Timestamp, jti: [u8; 16]) -> Self {
        Self {
            iss: terms.issuer.clone(),
            aud: terms.audience.clone(),
            sub: grant.subject,
            client_id: grant.client_id,
            iat: now.seconds(),
            exp: now.seconds() + LIFE_SECONDS,
            jti: format!("{:032x}", u128::from_be_bytes(jti)),
            scope: Scope::write_list(&grant.scopes),
            workspace: grant.workspace,
            role: grant.role,
            session_epoch: grant.session_epoch,
            csrf: grant.csrf,
        }
    }

    /// Checks that the token is valid at `now`.
    ///
    /// # Errors
    /// [`TokenRefused::Times`].
    pub fn in_time(&self, now: Timestamp) -> Result<(), TokenRefused> {
        let now = now.seconds();
        let ended = self.exp <= now - SKEW_SECONDS;
        let early = self.iat > now + SKEW_SECONDS;
        let life = self.exp.saturating_sub(self.iat);
        let long = self.exp > now + LIFE_SECONDS + SKEW_SECONDS || !(1..=LIFE_SECONDS).contains(&life);
        if ended || early || long { Err(TokenRefused::Times) } else { Ok(()) }
    }

    /// Signs the claims.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn sign(&self, key: &PrivateKey) -> Result<String, KeyFault> {
        let mut header = Header::new(ALGORITHM);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        encode(&header, self, &key.encoding()?).map_err(KeyFault::new)
    }
}

/// Returns the id of the key that a token names, before anything else in it is trusted.
///
/// # Errors
/// When the header is not of the form that this issuer writes: another algorithm or type, an embedded key or
/// link, or an extension that must be understood.
pub fn key_id(token: &str) -> Result<String, TokenRefused> {
    Ok(Jws::read(token)?.kid)
}

/// Returns the claims of a token if `key` has signed it and this issuer issued it. Does not check its times.
///
/// # Errors
/// The reason for the refusal.
pub fn signed(token: &str, key: &PublicKey, terms: &Terms) -> Result<Claims, TokenRefused> {
    let payload = Jws::read(token)?.payload(key)?;
    if NARROWING.iter().any(|name| payload.get(name).is_some()) {
        return Err(TokenRefused::Claims);
    }
    let claims: Claims = typed(payload).map_err(|_| TokenRefused::Claims)?;
    let ours = claims.iss == terms.issuer && claims.aud == terms.audience;
    let named = [&claims.sub, &claims.client_id, &claims.jti].iter().all(|name| !name.is_empty());
    if ours && named { Ok(claims) } else { Err(TokenRefused::Claims) }
}
