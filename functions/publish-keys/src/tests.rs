//! What is published of keys and endpoints.

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
async fn anybody_reads_the_public_halves_in_either_payload_and_may_keep_them_for_half_the_cache_time() {
    let bench = Bench::start().await;
    let event = key_set();
    for event in [event.clone(), as_payload_2(&event)] {
        let (answer, spent) = bench.metered(FUNCTION, event).await;
        assert_eq!((answer.status, spent.calls), (200, 0), "{}", answer.body);
        assert_eq!(answer.headers["cache-control"], "public, max-age=150");
        assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let key = answer.body["keys"][0].as_object().unwrap();
        let names: Vec<&str> = key.keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"], "and nothing private");
        assert_eq!((&key["crv"], &key["alg"]), (&json!("Ed25519"), &json!("EdDSA")));
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_path_makes_no_other_document() {
    let bench = Bench::start().await;
    let mut event = key_set();
    event["path"] = json!("/.well-known/jwks.json/");
    event["requestContext"]["path"] = json!("/v1/.well-known/jwks.json/");
    for event in [event.clone(), as_payload_2(&event)] {
        let answer = bench.call(FUNCTION, event).await;
        assert!(answer.body["keys"].is_array(), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_key_that_has_ended_is_not_published() {
    let bench = Bench::start().await;
    let now = bench.app.clock.now();
    let secret = PrivateKeys::first(now).unwrap().to_secret();
    let mut secret: Value = serde_json::from_str(secret.expose_secret()).unwrap();
    secret["keys"][0]["verify_until"] = json!(now.seconds() + 10);
    bench.app.auth.hold(&serde_json::from_value(secret).unwrap()).await;
    for (seconds, count) in [(0, 1), (9, 1), (1, 0)] {
        bench.pass(seconds);
        let answer = bench.call(FUNCTION, key_set()).await;
        assert_eq!(answer.body["keys"].as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn metadata_is_there_with_a_custom_domain_only() {
    let bench = Bench::start().await;
    let event = metadata(key_set());
    let answer = bench.call(FUNCTION, event.clone()).await;
    assert_eq!((answer.status, &answer.headers["cache-control"]), (404, &json!("no-store")));
    let bench = bench.under_a_domain().await;
    for event in [event.clone(), as_payload_2(&event)] {
        let answer = bench.call(FUNCTION, event).await;
        assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &json!("public, max-age=150")));
        assert_eq!(answer.body["issuer"], "https://issuer.example/v1", "as in tokens");
        assert_eq!(answer.body["token_endpoint"], "https://api.example.com/v1/oauth/token");
        assert_eq!(answer.body["jwks_uri"], "https://api.example.com/v1/.well-known/jwks.json");
        let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        assert!(!answer.body.as_object().unwrap().values().any(empty), "what is empty is left out");
    }
}

#[tokio::test]
async fn without_its_keys_it_answers_503_in_time() {
    let bench = Bench::start().await.without_keys_at("http://127.0.0.1:1");
    let began = std::time::Instant::now();
    let answer = bench.call(FUNCTION, key_set()).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (503, &json!("1")));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(began.elapsed().as_secs() < 3);
}
