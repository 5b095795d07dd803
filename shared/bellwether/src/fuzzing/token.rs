//! Arbitrary bytes as a token, or as a part of a token that is otherwise valid.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, crypto};
use serde_json::{Value, json};

use super::noon;
use crate::auth::access::Role;
use crate::auth::keys::{PrivateKey, PrivateKeys};
use crate::auth::token::{Claims, Grant, LIFE_SECONDS, SKEW_SECONDS, Terms, TokenRefused, Verifier};
use domain::experiment::Workspace;

static KEYS: LazyLock<PrivateKeys> = LazyLock::new(|| PrivateKeys::first(noon()).expect("a key"));

/// Tokens, in four ways by the first byte. `t`: the rest is a token that no key has signed. `h`, `p`: the
/// rest is the header or the payload of a token that is otherwise valid, with a valid signature. It is
/// accepted only when that part has the content and the form that this issuer writes. `c`: the rest changes
/// bytes of a valid token, which must then be refused.
pub fn token(input: &[u8]) {
    let Some((way, rest)) = input.split_first() else { return };
    match way {
        b't' => unsigned(rest),
        b'h' => header(rest),
        b'p' => payload(rest),
        b'c' => changed(rest),
        _ => {}
    }
}

fn unsigned(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    assert!(verify(text).is_err(), "{text} is valid");
}

fn header(text: &[u8]) {
    let claims = serde_json::to_vec(&claims()).expect("JSON");
    if verify(&signed(&named(text), &claims)).is_ok() {
        let read: Value = serde_json::from_slice(&named(text)).expect("an accepted header is JSON");
        assert_eq!(read, json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key().kid }));
    }
}

fn payload(text: &[u8]) {
    let header = named(br#"{"typ":"at+jwt","alg":"EdDSA","kid":"KID"}"#);
    let Ok(claims) = verify(&signed(&header, text)) else { return };
    let mut read: Value = serde_json::from_slice(text).expect("accepted claims are JSON");
    let response = serde_json::to_value(&claims).expect("JSON");
    let own = response.as_object().expect("an object");
    read.as_object_mut().expect("an object").retain(|name, _| own.contains_key(name));
    assert_eq!(read, response, "the accepted claims are the signed ones");
    let (terms, now) = (terms(), noon().seconds());
    assert_eq!((&claims.iss, &claims.aud), (&terms.issuer, &terms.audience));
    assert!(claims.exp > now - SKEW_SECONDS && claims.exp <= now + LIFE_SECONDS + SKEW_SECONDS);
    assert!(claims.iat <= now + SKEW_SECONDS && claims.exp - claims.iat <= LIFE_SECONDS);
    let rewritten = claims.sign(key()).expect("a token");
    if let Ok(again) = verify(&rewritten) {
        assert_eq!(serde_json::to_value(&again).expect("JSON"), response);
    } else {
        // A control character takes six times the space when it is escaped.
        assert_eq!(verify(&rewritten).err(), Some(TokenRefused::TooLong));
    }
}

/// Three bytes for each change: the position in two, and the byte to combine with the one there.
fn changed(changes: &[u8]) {
    let token = claims().sign(key()).expect("a token");
    let mut bytes = token.clone().into_bytes();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
        bytes[at] ^= change[2];
    }
    match String::from_utf8(bytes) {
        Ok(text) if text == token => assert!(verify(&text).is_ok()),
        Ok(text) => assert!(verify(&text).is_err(), "{text} is valid"),
        Err(_) => {}
    }
}

/// The text with the key's real id, which differs in every process.
fn named(text: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(text) {
        Ok(text) => text.replace("KID", &key().kid).into_bytes(),
        Err(_) => text.to_vec(),
    }
}

fn key() -> &'static PrivateKey {
    KEYS.signer(noon()).expect("a key that signs")
}

fn terms() -> Terms {
    Terms { issuer: "https://issuer.example/v1".to_owned(), audience: "bellwether".to_owned() }
}

fn claims() -> Claims {
    let workspace = Workspace::parse("acme").expect("a slug");
    Claims::of(Grant::of_role("ada".to_owned(), workspace, Role::Admin), &terms(), noon(), [7; 16])
}

fn signed(header: &[u8], payload: &[u8]) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = key().encoding().expect("a key");
    let signature = crypto::sign(text.as_bytes(), &key, Algorithm::EdDSA).expect("a signature");
    format!("{text}.{signature}")
}

fn verify(token: &str) -> Result<Claims, TokenRefused> {
    let verifier = Verifier::new(terms(), 1);
    let signed = verifier.verify(verifier.parse(token, noon())?, &KEYS.public(), noon())?;
    Ok(signed.claims.clone())
}
