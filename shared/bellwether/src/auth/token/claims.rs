//! What a token says, how it is signed, and which claims hold.

use jsonwebtoken::{Header, encode};
use serde::{Deserialize, Serialize};

use super::jws::{ALGORITHM, Jws, TYPE};
use super::{Grant, Terms, TokenRefused};
use crate::auth::access::{Caller, Role, Scope};
use crate::auth::keys::{KeyFault, PrivateKey, PublicKey};
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::validation::typed;

/// How long an access token lives, in seconds.
pub const LIFE_SECONDS: i64 = 900;
/// How far clocks may differ, in seconds.
pub const SKEW_SECONDS: i64 = 60;
/// Claims that narrow what a token is good for: its beginning (RFC 7519 section 4.1.5) and its holder's
/// key (RFC 7800). No token of ours has them, and unlike others they cannot be passed over.
const NARROWING: [&str; 2] = ["nbf", "cnf"];

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// Whom it speaks for.
    pub sub: String,
    /// Through which client.
    pub client_id: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Ends at, seconds since 1970.
    pub exp: i64,
    /// Its own name: 128 random bits.
    pub jti: String,
    /// What it allows, separated by spaces.
    pub scope: String,
    /// The one workspace it opens.
    pub workspace: Workspace,
    /// The role it was issued under.
    pub role: Role,
    /// The person's `session_epoch` when it was issued; none in a machine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_epoch: Option<u32>,
    /// The hash of the token that must come along with it in a browser's unsafe requests; only in
    /// tokens that are kept in cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
}

impl Claims {
    /// Whom the token speaks for, and what it allows.
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

    /// The claims of somebody who has signed in. `jti` is 16 random bytes.
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

    /// Whether they hold at `now`.
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

/// The key that a token names, before anything else of it is believed.
///
/// # Errors
/// When the header is not one that this issuer writes: another algorithm or type, a key or a link
/// to one inside, an extension that must be understood.
pub fn key_id(token: &str) -> Result<String, TokenRefused> {
    Ok(Jws::read(token)?.kid)
}

/// What a token says, if `key` has signed it and it is ours. Its times are another question.
///
/// # Errors
/// Why it is refused.
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
