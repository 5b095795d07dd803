//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519.

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::keys::{KeyFault, PrivateKey, PublicKeys};
use super::role::{Role, Scope};
use crate::clock::Timestamp;
use crate::experiment::Workspace;

/// How long an access token lives, in seconds.
pub const LIFE_SECONDS: i64 = 900;
/// How far clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 60;
/// No token of ours is longer than this.
const LONGEST: usize = 4_096;
/// The client that people sign in with.
const FIRST_PARTY: &str = "bellwether";

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
    /// It has ended, is not valid yet, or claims a longer life than ours have.
    #[error("its times do not hold")]
    Times,
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
    /// The claims of a person who has signed in. `jti` is 16 random bytes.
    #[must_use]
    pub fn for_person(
        terms: &Terms,
        subject: String,
        workspace: Workspace,
        role: Role,
        now: Timestamp,
        jti: [u8; 16],
    ) -> Self {
        Self {
            iss: terms.issuer.clone(),
            aud: terms.audience.clone(),
            sub: subject,
            client_id: FIRST_PARTY.to_owned(),
            iat: now.seconds(),
            exp: now.seconds() + LIFE_SECONDS,
            jti: format!("{:032x}", u128::from_be_bytes(jti)),
            scope: Scope::write_list(role.scopes()),
            workspace,
            role,
        }
    }

    /// Signs the claims.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn sign(&self, key: &PrivateKey) -> Result<String, KeyFault> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
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
    if token.len() > LONGEST {
        return Err(Refused::TooLong);
    }
    let header = decode_header(token).map_err(|_| Refused::Header)?;
    let foreign =
        header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some();
    let unknown = header.crit.is_some() || header.zip.is_some() || header.enc.is_some();
    let typed = header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt"));
    if header.alg != Algorithm::EdDSA || foreign || unknown || !typed {
        return Err(Refused::Header);
    }
    header.kid.ok_or(Refused::Header)
}

/// Verifies a token that names the key `kid`.
///
/// # Errors
/// Why it is refused.
pub fn verify(
    token: &str,
    kid: &str,
    keys: &PublicKeys,
    terms: &Terms,
    now: Timestamp,
) -> Result<Claims, Refused> {
    let key = keys.verifier(kid, now).ok_or(Refused::Key)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[&terms.issuer]);
    rules.set_audience(&[&terms.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // Times are checked below, against the clock that is handed in.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &rules).map_err(|_| Refused::Claims)?.claims;
    let now = now.seconds();
    let ended = claims.exp <= now - SKEW_SECONDS;
    let early = claims.iat > now + SKEW_SECONDS;
    let long = claims.exp > now + LIFE_SECONDS + SKEW_SECONDS;
    if ended || early || long { Err(Refused::Times) } else { Ok(claims) }
}
