//! Public information about this issuer: its public keys and its endpoints.

use serde_json::{Value, json};

use super::PublicKeys;
use crate::auth::access::Scope;
use domain::clock::Timestamp;

/// Returns the keys that are valid at `now` as a JWK Set (RFC 7517 section 5). Each is an Ed25519 key in the
/// form of RFC 8037 section 2. A key is in the set before it signs.
#[must_use]
pub fn key_set(keys: &PublicKeys, now: Timestamp) -> Value {
    let key = |(kid, x): (&str, &str)| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x });
    json!({ "keys": keys.halves(now).map(key).collect::<Vec<_>>() })
}

/// Returns the metadata of this authorization server (RFC 8414 section 2) at `domain`. It has no
/// authorization endpoint and therefore no response type. Section 3.2 omits empty values.
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
