//! Tests of methods that a path does not have.

use bellwether::auth::access::Role;
use bellwether::net::origin::{Browser, Domain, Origin};
use serde_json::{Value, json};
use testing::{Answer, Bench, as_payload_2, with_header};

use super::FUNCTION;

#[tokio::test]
async fn an_undeclared_method_gets_405_with_the_allowed_methods() {
    let bench = Bench::start().await;
    let event = bench.event("reject-method", Role::Viewer).await;
    for event in [event.clone(), as_payload_2(&event)] {
        let (response, spent) = bench.metered(FUNCTION, event).await;
        assert_eq!((response.status, spent.calls), (405, 0));
        assert_eq!(response.headers["allow"], "GET, PATCH");
        assert_eq!(response.headers["content-type"], "application/problem+json; charset=utf-8");
    }
}

const PAGE: &str = "https://app.example.com";

fn browser() -> Browser {
    let domain = Domain::parse("api.example.com").unwrap();
    Browser { domain, origins: vec![Origin::parse(PAGE).unwrap()] }
}

/// Returns the preflight that a browser sends before a page of `origin` changes a test.
async fn preflight(bench: &Bench, origin: &str) -> Value {
    let mut event = bench.event("reject-method", Role::Viewer).await;
    event["httpMethod"] = json!("OPTIONS");
    event["requestContext"]["httpMethod"] = json!("OPTIONS");
    let event = with_header(event, "access-control-request-method", "PATCH");
    with_header(testing::without_token(event), "origin", origin)
}

fn cors(response: &Answer) -> Vec<&String> {
    let names = response.headers.as_object().unwrap().keys();
    names.filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn a_preflight_from_an_allowed_origin_gets_the_methods_of_the_path() {
    let mut bench = Bench::start().await;
    bench.app.browser = Some(browser());
    let event = preflight(&bench, PAGE).await;
    for event in [event.clone(), as_payload_2(&event)] {
        let response = bench.call(FUNCTION, event).await;
        assert_eq!((response.status, &response.body), (204, &Value::Null));
        let header = |name: &str| response.headers[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(header("access-control-allow-origin"), PAGE);
        assert_eq!(header("access-control-allow-credentials"), "true");
        assert_eq!(header("access-control-allow-methods"), "GET, PATCH");
        assert_eq!(header("access-control-allow-headers"), "authorization, content-type, x-csrf-token");
        assert_eq!(
            (header("access-control-max-age"), header("vary")),
            ("600".to_owned(), "origin".to_owned())
        );
        assert_eq!(
            (header("content-type"), header("x-content-type-options")),
            (String::new(), "nosniff".to_owned())
        );
    }
}

#[tokio::test]
async fn a_preflight_from_another_origin_gets_405_without_cors_headers() {
    let mut bench = Bench::start().await;
    bench.app.browser = Some(browser());
    for origin in [
        "null",
        "*",
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://app.example.com:8443",
        "http://app.example.com",
        "https://APP.example.com",
        "https://app.example.com/",
        "https://api.example.com",
        "https://app.example.com, https://evil.example",
    ] {
        let response = bench.call(FUNCTION, preflight(&bench, origin).await).await;
        assert_eq!((response.status, &response.headers["vary"]), (405, &json!("origin")), "{origin}");
        assert!(cors(&response).is_empty(), "{origin}: {}", response.headers);
    }
    let mut twice = preflight(&bench, PAGE).await;
    twice["multiValueHeaders"]["origin"] = json!([PAGE, "https://evil.example"]);
    assert!(cors(&bench.call(FUNCTION, twice).await).is_empty());
}

#[tokio::test]
async fn without_a_custom_domain_no_origin_is_allowed() {
    let bench = Bench::start().await;
    let response = bench.call(FUNCTION, preflight(&bench, PAGE).await).await;
    assert_eq!((response.status, response.headers.get("vary")), (405, None));
    assert!(cors(&response).is_empty(), "{}", response.headers);
}

#[tokio::test]
async fn options_without_preflight_headers_is_an_undeclared_method() {
    let mut bench = Bench::start().await;
    bench.app.browser = Some(browser());
    let mut event = preflight(&bench, PAGE).await;
    for headers in ["headers", "multiValueHeaders"] {
        event[headers].as_object_mut().unwrap().remove("access-control-request-method");
    }
    let response = bench.call(FUNCTION, event).await;
    assert_eq!((response.status, &response.headers["access-control-allow-origin"]), (405, &json!(PAGE)));
}

#[tokio::test]
async fn an_invalid_request_id_is_not_used() {
    let bench = Bench::start().await;
    let event = bench.event("reject-method", Role::Viewer).await;
    let long = "a".repeat(129);
    for odd in ["a\r\nset-cookie: a=b", "a b", "\u{202e}", "{\"a\":1}", "", &long] {
        let mut event = event.clone();
        event["requestContext"]["requestId"] = json!(odd);
        let response = bench.call(FUNCTION, event).await;
        assert_eq!((&response.body["request_id"], response.status), (&json!(""), 405), "{odd:?}");
    }
    for good in ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "JKJaXmPLvHcESHA="] {
        let mut event = event.clone();
        event["requestContext"]["requestId"] = json!(good);
        let response = bench.call(FUNCTION, event).await;
        assert_eq!(
            (&response.body["request_id"], &response.headers["x-request-id"]),
            (&json!(good), &json!(good))
        );
    }
}

#[tokio::test]
async fn a_path_that_is_not_declared_is_not_found() {
    let bench = Bench::start().await;
    let mut event = bench.event("reject-method", Role::Viewer).await;
    event["path"] = json!("/nothing/here");
    event["requestContext"]["path"] = json!("/v1/nothing/here");
    assert_eq!(bench.call(FUNCTION, event).await.status, 404);
}
