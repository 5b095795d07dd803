//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519.

#[cfg(test)]
mod tests;

use jsonwebtoken::{Header, encode};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::jws::{ALGORITHM, Jws, LONGEST, TYPE};
use super::keys::{KeyFault, PrivateKey, PublicKey};
use super::role::{Role, Scope};
use crate::store::identities::User;
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
/// The client that people sign in with.
pub const FIRST_PARTY: &str = "bellwether";

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

/// What a token is issued for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whom it speaks for.
    pub subject: String,
    /// Through which client.
    pub client_id: String,
    /// The one workspace it opens.
    pub workspace: Workspace,
    /// The role it is issued under.
    pub role: Role,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// The person's `session_epoch`; none for a machine.
    pub session_epoch: Option<u32>,
    /// The hash of the browser session's CSRF token, for a token that is kept in a cookie.
    pub csrf: Option<String>,
}

impl Grant {
    /// All that a person's role allows.
    #[must_use]
    pub fn to_person(user: &User) -> Self {
        let grant = Self::of_role(user.user_id.to_string(), user.workspace.clone(), user.role);
        Self { session_epoch: grant.session_epoch.map(|_| user.session_epoch), ..grant }
    }

    /// All that a role allows, to somebody who signs in first-hand and whose sessions were never ended.
    #[must_use]
    pub fn of_role(subject: String, workspace: Workspace, role: Role) -> Self {
        let scopes = role.scopes().to_vec();
        let session_epoch = (role != Role::Service).then_some(0);
        let client_id = FIRST_PARTY.to_owned();
        Self { subject, client_id, workspace, role, scopes, session_epoch, csrf: None }
    }

    /// All that a machine was granted.
    #[must_use]
    pub fn to_machine(client: &Client) -> Self {
        Self {
            subject: client.client_id.to_string(),
            client_id: client.client_id.to_string(),
            workspace: client.workspace.clone(),
            role: Role::Service,
            scopes: client.scopes.clone(),
            session_epoch: None,
            csrf: None,
        }
    }

    /// The same, for a token that is kept in a cookie, with the hash of its `csrf_token`.
    #[must_use]
    pub fn in_cookies(self, csrf: String) -> Self {
        Self { csrf: Some(csrf), ..self }
    }

    /// No more than what is asked for, as RFC 6749 section 3.3 writes it; all if nothing is. None when
    /// something is asked for that is not granted or does not exist.
    #[must_use]
    pub fn narrowed(mut self, asked: Option<&str>) -> Option<Self> {
        let Some(asked) = asked else { return Some(self) };
        let scopes = Scope::parse_list(asked);
        let exist = !scopes.is_empty() && scopes.len() == asked.split(' ').count();
        let granted = scopes.iter().all(|scope| self.scopes.contains(scope));
        self.scopes = scopes;
        (exist && granted).then_some(self)
    }
}

/// Why a token is refused: for the log, never for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is longer than any of ours.
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    /// Its header is not what ours have.
    #[error("its header is not one of ours")]
    Header,
    /// No key of that name is in force.
    #[error("its key is unknown or has ended")]
    Key,
    /// Signature, issuer, audience or a claim is wrong or missing.
    #[error("its signature or a claim is wrong")]
    Claims,
    /// It was issued for a cookie and stands in a header, or the other way round.
    #[error("it stands where it does not belong")]
    Place,
    /// It has ended, is not valid yet, or claims a longer life than ours have.
    #[error("its times do not hold")]
    Times,
    /// What its holder may do has changed since it was issued.
    #[error("its holder is disabled, or has another role or other sessions since it was issued")]
    Superseded,
}

/// Whom the issuer's tokens are for.
#[derive(Debug, Clone)]
pub struct Terms {
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of every token.
    pub audience: String,
}

impl Claims {
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
    /// [`Refused::Times`].
    pub fn in_time(&self, now: Timestamp) -> Result<(), Refused> {
        let now = now.seconds();
        let ended = self.exp <= now - SKEW_SECONDS;
        let early = self.iat > now + SKEW_SECONDS;
        let life = self.exp.saturating_sub(self.iat);
        let long = self.exp > now + LIFE_SECONDS + SKEW_SECONDS || !(1..=LIFE_SECONDS).contains(&life);
        if ended || early || long { Err(Refused::Times) } else { Ok(()) }
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
pub fn key_id(token: &str) -> Result<String, Refused> {
    Ok(Jws::read(token)?.kid)
}

/// What a token says, if `key` has signed it and it is ours. Its times are another question.
///
/// # Errors
/// Why it is refused.
pub fn signed(token: &str, key: &PublicKey, terms: &Terms) -> Result<Claims, Refused> {
    let payload = Jws::read(token)?.payload(key)?;
    if NARROWING.iter().any(|name| payload.get(name).is_some()) {
        return Err(Refused::Claims);
    }
    let claims: Claims = typed(payload).map_err(|_| Refused::Claims)?;
    let ours = claims.iss == terms.issuer && claims.aud == terms.audience;
    let named = [&claims.sub, &claims.client_id, &claims.jti].iter().all(|name| !name.is_empty());
    if ours && named { Ok(claims) } else { Err(Refused::Claims) }
}
