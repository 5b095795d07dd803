//! Tests that every kind of response of every route has its headers and its format, and the right CORS
//! headers.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::auth::access::Role;
use bellwether::operations::{OPERATIONS, Operation, PLAN_TEST};
use serde_json::{Value, json};
use testing::cloud::Cloud;
use testing::fleet::{Fleet, REJECT, Response, event_of, undeclared};
use testing::{with_header, with_query, with_test_id, without_token};

use super::{operation, scope};

const PAGE: &str = "https://app.example.com";
const BROWSER: [(&str, &str); 2] =
    [("CUSTOM_DOMAIN", "api.example.com"), ("ALLOWED_ORIGINS", "https://app.example.com")];
const EVERYWHERE: [(&str, &str); 5] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The expected CORS headers of a response.
#[derive(Clone, Copy)]
enum Origins {
    Off,
    Refused,
    Allowed,
}

/// Returns events of a route that get different kinds of response.
fn events(cloud: &Cloud, route: &Operation) -> Vec<Value> {
    let event = event_of(cloud, route, Role::Admin);
    let mut events = vec![
        without_token(event.clone()),
        event_of(cloud, route, Role::Viewer),
        event_of(cloud, route, Role::Service),
        with_query(event.clone(), "access_token", "x"),
        with_query(event.clone(), "limit", "many"),
        with_query(event.clone(), "fresh", "perhaps"),
        with_header(event.clone(), "content-type", "text/html"),
    ];
    if event["pathParameters"]["test_id"].is_string() {
        events.push(with_test_id(event.clone(), "no-such-test"));
        events.push(with_test_id(event.clone(), "No_Test"));
    }
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(70_000));
    for body in ["", "{", "[]", "{\"surprise\":1}", "{\"a\":1,\"a\":2}", &long] {
        let mut event = event.clone();
        event["body"] = json!(body);
        events.push(event);
    }
    events.push(event);
    events
}

fn assert_edge(what: &str, answer: &Response, origins: Origins, may_be_kept: bool) {
    for (name, value) in EVERYWHERE {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    let kept = may_be_kept && answer.header("cache-control").starts_with("public");
    assert!(kept || answer.header("cache-control") == "no-store", "{what}: {answer:?}");
    for name in ["server", "x-powered-by", "via"] {
        assert!(!answer.headers.contains_key(name), "{what}: {name}");
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    let wanted = match answer.status {
        204 => "",
        400.. => "application/problem+json; charset=utf-8",
        _ if what.contains("/metrics") => "text/plain; version=0.0.4; charset=utf-8",
        _ => "application/json; charset=utf-8",
    };
    // Responses that OAuth defines (RFC 6749 section 5.2, RFC 7517) have a media type of their own.
    let oauth = what.contains("/oauth/") || what.contains("/.well-known/");
    assert!(answer.header("content-type") == wanted || (oauth && is_json(answer)), "{what}: {answer:?}");
    let is_page = what.contains("/metrics") && answer.status == 200;
    assert!(answer.status == 204 || is_page || answer.json().is_object(), "{what}: {}", answer.body);
    let cors = |name: &str| answer.header(&format!("access-control-{name}")).to_owned();
    let found = (answer.header("vary").to_lowercase(), cors("allow-origin"), cors("allow-credentials"));
    let wanted = match origins {
        Origins::Off => ("", "", ""),
        Origins::Refused => ("origin", "", ""),
        Origins::Allowed => ("origin", PAGE, "true"),
    };
    assert_eq!(found, (wanted.0.to_owned(), wanted.1.to_owned(), wanted.2.to_owned()), "{what}");
}

fn is_json(answer: &Response) -> bool {
    let (essence, charset) = answer.header("content-type").split_once("; ").unwrap_or_default();
    matches!(essence, "application/json" | "application/jwk-set+json") && charset == "charset=utf-8"
}

/// Puts the id of an existing client into an event on a client, because these ids are random.
fn about_client(mut event: Value, client_id: &Value) -> Value {
    if client_id.is_string() && event["pathParameters"]["client_id"].is_string() {
        event["pathParameters"]["client_id"] = client_id.clone();
    }
    event
}

/// Sends every event to every route; returns the statuses of each function.
async fn ask_all(
    cloud: &Cloud,
    changes: &[(&str, &str)],
    origins: Origins,
) -> BTreeMap<&'static str, BTreeSet<u64>> {
    let mut fleet = Fleet::new(cloud, changes);
    let origin = if matches!(origins, Origins::Refused) { "https://evil.example" } else { PAGE };
    let mut met: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    let mut client_id = Value::Null;
    for route in OPERATIONS {
        for event in events(cloud, &route) {
            let event = about_client(event, &client_id);
            let answer = fleet.ask(route.function, with_header(event, "origin", origin)).await;
            let what = format!("{} {}", route.method, route.path);
            assert_edge(&what, &answer, origins, scope(&route).is_none() && route.method == "GET");
            let listed = operation(&route)["responses"].as_object().unwrap();
            assert!(listed.contains_key(&answer.status.to_string()), "{what}: {answer:?}");
            met.entry(route.function).or_default().insert(answer.status);
            if answer.status == 201 && route.function == "create-client" {
                client_id = answer.json()["client_id"].clone();
            }
        }
    }
    for event in undeclared() {
        let preflight = with_header(event.clone(), "access-control-request-method", "GET");
        let options = event["httpMethod"] == "OPTIONS";
        for event in [event, preflight.clone()] {
            let asks = options && event == preflight && matches!(origins, Origins::Allowed);
            let answer = fleet.ask(REJECT, with_header(event, "origin", origin)).await;
            assert_eq!(answer.status, if asks { 204 } else { 405 });
            assert_edge(REJECT, &answer, origins, false);
            met.entry(REJECT).or_default().insert(answer.status);
        }
    }
    met
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_of_every_route_has_its_headers_and_format() {
    let cloud = Cloud::start().await;
    let with = |more: &'static [(&str, &str)]| [BROWSER.as_slice(), more].concat();
    let no_store = with(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")]);
    let no_keys = with(&[("PUBLIC_KEYS_SECRET", "none"), ("PRIVATE_KEYS_SECRET", "none")]);
    let without_domain = [("ALLOWED_ORIGINS", PAGE)];
    let met = [
        ask_all(&cloud, &without_domain, Origins::Off).await,
        ask_all(&cloud, &BROWSER, Origins::Allowed).await,
        ask_all(&cloud, &BROWSER, Origins::Refused).await,
        ask_all(&cloud, &no_store, Origins::Allowed).await,
        ask_all(&cloud, &no_keys, Origins::Refused).await,
    ];
    let of = |function: &str| met.iter().flat_map(|met| &met[function]).copied().collect::<BTreeSet<u64>>();
    for route in OPERATIONS.iter().filter(|route| scope(route).is_some()) {
        let met = of(route.function);
        // A plan is computed from the request alone, so it is available without the store. A scope that every role has
        // is lacked by no caller of this test.
        let roles = [Role::Admin, Role::Analyst, Role::Viewer, Role::Service];
        let is_common =
            route.scope().is_some_and(|own| roles.iter().all(|role| role.scopes().contains(&own)));
        let returned =
            |kind: &u64| (*kind != 503 || route.id != PLAN_TEST.id) && (*kind != 403 || !is_common);
        let kinds = [400, 401, 403, 500, 503].into_iter().filter(returned);
        let missing: Vec<u64> = kinds.into_iter().filter(|kind| !met.contains(kind)).collect();
        assert!(missing.is_empty(), "{route:?} returned no {missing:?}");
        assert!(met.iter().any(|status| *status < 300), "{route:?}: {met:?}");
    }
    let all: BTreeSet<u64> =
        OPERATIONS.iter().flat_map(|route| of(route.function)).chain(of(REJECT)).collect();
    for kind in [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503] {
        assert!(all.contains(&kind), "no response was a {kind}: {all:?}");
    }
}
