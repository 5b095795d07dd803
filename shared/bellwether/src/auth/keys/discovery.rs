//! What others may know of this issuer: its public keys and where its endpoints are.

use serde_json::{Value, json};

use super::PublicKeys;
use crate::auth::access::Scope;
use domain::clock::Timestamp;

/// The keys in force at `now` as a JWK Set (RFC 7517 section 5), each an Ed25519 key as RFC 8037
/// section 2 writes it. A key is in it before it signs.
#[must_use]
pub fn key_set(keys: &PublicKeys, now: Timestamp) -> Value {
    let key = |(kid, x): (&str, &str)| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x });
    json!({ "keys": keys.halves(now).map(key).collect::<Vec<_>>() })
}

/// The metadata of this authorization server (RFC 8414 section 2) when it is reached at `domain`.
/// There is no authorization endpoint and so no response type, and section 3.2 leaves out what is
/// empty.
#[must_use]
pub fn metadata(issuer: &str, domain: &str) -> Value {
    let at = |path: &str| format!("https://{domain}/v1{path}");
    let methods = ["client_secret_basic", "client_secret_post"];
    json!({
        "issuer": issuer,
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "scopes_supported": Scope::ALL.map(Scope::as_str),
    })
}
