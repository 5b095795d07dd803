//! Access tokens: JWTs as RFC 9068 profiles them, signed with Ed25519.

use jsonwebtoken::{Header, encode};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::jws::{ALGORITHM, Jws, LONGEST, TYPE};
use super::keys::{KeyFault, PrivateKey, PublicKey};
use super::role::{Role, Scope};
use crate::clock::Timestamp;
use crate::experiment::Workspace;
use crate::http::plain::typed;
use crate::store::identities::User;

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
    /// The hash of the browser session's CSRF token, for a token that is kept in a cookie.
    pub csrf: Option<String>,
}

impl Grant {
    /// All that a person's role allows.
    #[must_use]
    pub fn to_person(user: &User) -> Self {
        Self::of_role(user.user_id.to_string(), user.workspace.clone(), user.role)
    }

    /// All that a role allows, to somebody who signs in first-hand.
    #[must_use]
    pub fn of_role(subject: String, workspace: Workspace, role: Role) -> Self {
        let scopes = role.scopes().to_vec();
        Self { subject, client_id: FIRST_PARTY.to_owned(), workspace, role, scopes, csrf: None }
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

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::super::keys::{PrivateKeys, PublicKeys};
    use super::super::verifier::Verifier;
    use super::*;

    const NOW: i64 = 1_795_255_200_000;

    fn terms() -> Terms {
        Terms { issuer: "https://issuer.example/v1".to_owned(), audience: "bellwether".to_owned() }
    }

    fn claims() -> Claims {
        let (now, workspace) = (Timestamp::from_millis(NOW), Workspace::parse("acme").unwrap());
        Claims::of(Grant::of_role("u".to_owned(), workspace, Role::Viewer), &terms(), now, [7; 16])
    }

    fn keys() -> PrivateKeys {
        PrivateKeys::first(Timestamp::from_millis(NOW)).unwrap()
    }

    /// What becomes of `claims` signed by `keys`, looked at `later` seconds after now.
    fn outcome(claims: &Claims, keys: &PrivateKeys, later: i64) -> Result<(), Refused> {
        let token = claims.sign(keys.signer(Timestamp::from_millis(NOW)).unwrap()).unwrap();
        let now = Timestamp::from_millis(NOW + later * 1_000);
        verify(&token, &keys.public(), now)
    }

    /// What becomes of a token that is seen for the first time.
    fn verify(token: &str, keys: &PublicKeys, now: Timestamp) -> Result<(), Refused> {
        let verifier = Verifier::new(terms(), 1);
        verifier.verify(verifier.look(token)?, keys, now).map(|_| ())
    }

    fn with_header(token: &str, change: impl Fn(&mut Value)) -> String {
        let (header, rest) = token.split_once('.').unwrap();
        let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
        change(&mut header);
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[test]
    fn a_token_holds_for_its_life_and_a_minute_of_skew() {
        let (claims, keys) = (claims(), keys());
        assert_eq!(outcome(&claims, &keys, 0), Ok(()));
        assert_eq!(outcome(&claims, &keys, LIFE_SECONDS + SKEW_SECONDS - 1), Ok(()));
        assert_eq!(outcome(&claims, &keys, LIFE_SECONDS + SKEW_SECONDS), Err(Refused::Times));
        assert_eq!(outcome(&claims, &keys, -SKEW_SECONDS), Ok(()));
        assert_eq!(outcome(&claims, &keys, -SKEW_SECONDS - 1), Err(Refused::Times));
    }

    #[test]
    fn a_life_longer_than_ours_another_issuer_and_another_audience_are_refused() {
        let keys = keys();
        let long = Claims { exp: NOW / 1_000 + 3_600, ..claims() };
        assert_eq!(outcome(&long, &keys, 0), Err(Refused::Times));
        for (life, outcome_of_it) in
            [(900, Ok(())), (901, Err(Refused::Times)), (1, Ok(())), (0, Err(Refused::Times))]
        {
            let lived = Claims { exp: NOW / 1_000 + 30, iat: NOW / 1_000 + 30 - life, ..claims() };
            assert_eq!(outcome(&lived, &keys, 0), outcome_of_it, "{life} s");
        }
        let issuer = Claims { iss: "https://other.example".to_owned(), ..claims() };
        assert_eq!(outcome(&issuer, &keys, 0), Err(Refused::Claims));
        let audience = Claims { aud: "other".to_owned(), ..claims() };
        assert_eq!(outcome(&audience, &keys, 0), Err(Refused::Claims));
    }

    #[test]
    fn a_header_that_is_not_ours_is_refused_before_the_signature_is_looked_at() {
        let keys = keys();
        let token = claims().sign(keys.signer(Timestamp::from_millis(NOW)).unwrap()).unwrap();
        let changes: [(&str, Value); 12] = [
            ("alg", json!("none")),
            ("alg", json!("NoNe")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("typ", json!("JWT")),
            ("typ", Value::Null),
            ("kid", Value::Null),
            ("crit", json!(["exp"])),
            ("zip", json!("DEF")),
            ("jku", json!("https://evil.example/keys")),
            ("x5u", json!("https://evil.example/cert")),
            ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
        ];
        for (name, value) in changes {
            let forged = with_header(&token, |header| header[name] = value.clone());
            assert_eq!(key_id(&forged), Err(Refused::Header), "{name}: {value}");
        }
        for broken in ["", ".", "..", "a.b.c", "e30.e30.", &"x".repeat(5_000)] {
            assert!(key_id(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn another_key_under_the_same_name_and_a_changed_claim_are_refused() {
        let (own, other) = (keys(), keys());
        let now = Timestamp::from_millis(NOW);
        let token = claims().sign(own.signer(now).unwrap()).unwrap();
        let kid = key_id(&token).unwrap();
        assert_eq!(verify(&token, &other.public(), now).unwrap_err(), Refused::Key);
        let forged = claims().sign(other.signer(now).unwrap()).unwrap();
        let forged = with_header(&forged, |header| header["kid"] = json!(kid));
        assert_eq!(verify(&forged, &own.public(), now).unwrap_err(), Refused::Claims);
        let parts: Vec<&str> = token.split('.').collect();
        let more = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let more = String::from_utf8(more).unwrap().replace("tests:read", "users:write");
        let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(more), parts[2]);
        assert_eq!(verify(&changed, &own.public(), now).unwrap_err(), Refused::Claims);
    }

    #[test]
    fn a_key_verifies_until_its_end_and_signs_from_its_beginning() {
        let secret = |from: i64, until: Option<i64>| {
            use secrecy::ExposeSecret;
            let made = keys().to_secret();
            let mut value: Value = serde_json::from_str(made.expose_secret()).unwrap();
            value["keys"][0]["sign_from"] = json!(from);
            value["keys"][0]["verify_until"] = json!(until);
            serde_json::from_value::<PrivateKeys>(value).unwrap()
        };
        let now = Timestamp::from_millis(NOW);
        assert!(secret(now.seconds() + 1, None).signer(now).is_none());
        let ending = secret(0, Some(now.seconds() + 10));
        assert_eq!(outcome(&claims(), &ending, 9), Ok(()));
        assert_eq!(outcome(&claims(), &ending, 10), Err(Refused::Key));
    }
}
