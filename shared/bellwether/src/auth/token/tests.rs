//! Verification of claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::claims::key_id;
use super::*;
use crate::auth::access::Role;
use crate::auth::keys::{PrivateKeys, PublicKeys};
use domain::clock::Timestamp;
use domain::experiment::Workspace;

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

/// The result of verifying `claims` signed by `keys`, `later` seconds after now.
fn outcome(claims: &Claims, keys: &PrivateKeys, later: i64) -> Result<(), TokenRefused> {
    let token = claims.sign(keys.signer(Timestamp::from_millis(NOW)).unwrap()).unwrap();
    let now = Timestamp::from_millis(NOW + later * 1_000);
    verify(&token, &keys.public(), now)
}

/// The result of verifying a token for the first time.
fn verify(token: &str, keys: &PublicKeys, now: Timestamp) -> Result<(), TokenRefused> {
    let verifier = Verifier::new(terms(), 1);
    verifier.verify(verifier.parse(token, now)?, keys, now).map(|_| ())
}

fn with_header(token: &str, change: impl Fn(&mut Value)) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn a_token_is_valid_for_its_lifetime_and_a_minute_of_skew() {
    let (claims, keys) = (claims(), keys());
    assert_eq!(outcome(&claims, &keys, 0), Ok(()));
    assert_eq!(outcome(&claims, &keys, LIFE_SECONDS + SKEW_SECONDS - 1), Ok(()));
    assert_eq!(outcome(&claims, &keys, LIFE_SECONDS + SKEW_SECONDS), Err(TokenRefused::Times));
    assert_eq!(outcome(&claims, &keys, -SKEW_SECONDS), Ok(()));
    assert_eq!(outcome(&claims, &keys, -SKEW_SECONDS - 1), Err(TokenRefused::Times));
}

#[test]
fn too_long_a_lifetime_and_a_wrong_issuer_or_audience_are_refused() {
    let keys = keys();
    let long = Claims { exp: NOW / 1_000 + 3_600, ..claims() };
    assert_eq!(outcome(&long, &keys, 0), Err(TokenRefused::Times));
    for (life, outcome_of_it) in
        [(900, Ok(())), (901, Err(TokenRefused::Times)), (1, Ok(())), (0, Err(TokenRefused::Times))]
    {
        let lived = Claims { exp: NOW / 1_000 + 30, iat: NOW / 1_000 + 30 - life, ..claims() };
        assert_eq!(outcome(&lived, &keys, 0), outcome_of_it, "{life} s");
    }
    let issuer = Claims { iss: "https://other.example".to_owned(), ..claims() };
    assert_eq!(outcome(&issuer, &keys, 0), Err(TokenRefused::Claims));
    let audience = Claims { aud: "other".to_owned(), ..claims() };
    assert_eq!(outcome(&audience, &keys, 0), Err(TokenRefused::Claims));
}

#[test]
fn a_foreign_header_is_refused_before_the_signature_is_verified() {
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
        assert_eq!(key_id(&forged), Err(TokenRefused::Header), "{name}: {value}");
    }
    for broken in ["", ".", "..", "a.b.c", "e30.e30.", &"x".repeat(5_000)] {
        assert!(key_id(broken).is_err(), "{broken}");
    }
}

#[test]
fn another_key_with_the_same_id_and_a_changed_claim_are_refused() {
    let (own, other) = (keys(), keys());
    let now = Timestamp::from_millis(NOW);
    let token = claims().sign(own.signer(now).unwrap()).unwrap();
    let kid = key_id(&token).unwrap();
    assert_eq!(verify(&token, &other.public(), now).unwrap_err(), TokenRefused::Key);
    let forged = claims().sign(other.signer(now).unwrap()).unwrap();
    let forged = with_header(&forged, |header| header["kid"] = json!(kid));
    assert_eq!(verify(&forged, &own.public(), now).unwrap_err(), TokenRefused::Claims);
    let parts: Vec<&str> = token.split('.').collect();
    let more = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let more = String::from_utf8(more).unwrap().replace("tests:read", "users:write");
    let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(more), parts[2]);
    assert_eq!(verify(&changed, &own.public(), now).unwrap_err(), TokenRefused::Claims);
}

#[test]
fn a_key_signs_from_its_start_and_verifies_until_its_end() {
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
    assert_eq!(outcome(&claims(), &ending, 10), Err(TokenRefused::Key));
}
