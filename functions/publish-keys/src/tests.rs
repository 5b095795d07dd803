//! Tests of the published keys and endpoints.

use bellwether::auth::keys::PrivateKeys;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use testing::{Bench, as_payload_2};

use super::FUNCTION;

fn key_set() -> Value {
    serde_json::from_str(include_str!("../../../events/publish-keys.json")).unwrap()
}

fn metadata(mut event: Value) -> Value {
    let path = "/.well-known/oauth-authorization-server";
    (event["path"], event["resource"]) = (json!(path), json!(path));
    event["requestContext"]["path"] = json!(format!("/v1{path}"));
    event["requestContext"]["resourcePath"] = json!(path);
    event
}

#[tokio::test]
async fn every_caller_gets_the_public_keys_and_may_cache_them_for_half_the_cache_time() {
    let bench = Bench::start().await;
    let event = key_set();
    for event in [event.clone(), as_payload_2(&event)] {
        let (response, spent) = bench.metered(FUNCTION, event).await;
        assert_eq!((response.status, spent.calls), (200, 0), "{}", response.body);
        assert_eq!(response.headers["cache-control"], "public, max-age=150");
        assert_eq!(response.headers["content-type"], "application/json; charset=utf-8");
        assert_eq!(response.headers["x-content-type-options"], "nosniff");
        let key = response.body["keys"][0].as_object().unwrap();
        let names: Vec<&str> = key.keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"], "no field is private");
        assert_eq!((&key["crv"], &key["alg"]), (&json!("Ed25519"), &json!("EdDSA")));
    }
}

#[tokio::test]
async fn a_trailing_slash_in_the_path_returns_the_same_document() {
    let bench = Bench::start().await;
    let mut event = key_set();
    event["path"] = json!("/.well-known/jwks.json/");
    event["requestContext"]["path"] = json!("/v1/.well-known/jwks.json/");
    for event in [event.clone(), as_payload_2(&event)] {
        let response = bench.call(FUNCTION, event).await;
        assert!(response.body["keys"].is_array(), "{}", response.body);
    }
}

#[tokio::test]
async fn an_expired_key_is_not_published() {
    let bench = Bench::start().await;
    let now = bench.app.clock.now();
    let secret = PrivateKeys::first(now).unwrap().to_secret();
    let mut secret: Value = serde_json::from_str(secret.expose_secret()).unwrap();
    secret["keys"][0]["verify_until"] = json!(now.seconds() + 10);
    bench.app.auth.set_keys(&serde_json::from_value(secret).unwrap()).await;
    for (seconds, count) in [(0, 1), (9, 1), (1, 0)] {
        bench.pass(seconds);
        let response = bench.call(FUNCTION, key_set()).await;
        assert_eq!(response.body["keys"].as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn the_metadata_exists_only_with_a_custom_domain() {
    let bench = Bench::start().await;
    let event = metadata(key_set());
    let response = bench.call(FUNCTION, event.clone()).await;
    assert_eq!((response.status, &response.headers["cache-control"]), (404, &json!("no-store")));
    let bench = bench.under_a_domain().await;
    for event in [event.clone(), as_payload_2(&event)] {
        let response = bench.call(FUNCTION, event).await;
        assert_eq!(
            (response.status, &response.headers["cache-control"]),
            (200, &json!("public, max-age=150"))
        );
        assert_eq!(response.body["issuer"], "https://issuer.example/v1", "as in tokens");
        assert_eq!(response.body["token_endpoint"], "https://api.example.com/v1/oauth/token");
        assert_eq!(response.body["jwks_uri"], "https://api.example.com/v1/.well-known/jwks.json");
        let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        assert!(!response.body.as_object().unwrap().values().any(empty), "empty values are omitted");
    }
}

#[tokio::test]
async fn without_its_keys_it_returns_503_in_time() {
    let bench = Bench::start().await.without_keys_at("http://127.0.0.1:1");
    let began = std::time::Instant::now();
    let response = bench.call(FUNCTION, key_set()).await;
    assert_eq!((response.status, &response.headers["retry-after"]), (503, &json!("1")));
    assert_eq!(response.headers["cache-control"], "no-store");
    assert!(began.elapsed().as_secs() < 3);
}
