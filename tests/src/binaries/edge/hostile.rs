//! Tests that every route answers arbitrary bytes with a status below 500, in JSON, with one log line each.

use bellwether::auth::access::Role;
use bellwether::operations::OPERATIONS;
use serde_json::{Value, json};
use testing::cloud::Cloud;
use testing::fleet::{Fleet, REJECT, event_of, sample};
use testing::{as_payload_2, with_header, with_query};

/// Texts that end a line, change its order, or have a meaning in another language.
const ODD: [&str; 8] = [
    "a\r\nx-injected: yes",
    "a\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "\u{0}\u{1b}[31m\u{7f}",
    "\u{202e}\u{2066}\u{2028}\u{85}\u{200b}",
    "<script>alert(1)</script>",
    "ü😀",
    "%0d%0a%00%e2%80%ae",
    "\u{fffd}\\\"'`",
];

/// Returns bodies that are not strict JSON, in base64 if they are not UTF-8.
fn bodies() -> Vec<(Value, bool)> {
    let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
    let texts = [
        "",
        "null",
        "[]",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":NaN}",
        "{\"a\":1e400}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":01}",
        "{\"a\":\"\u{1}\"}",
        "// a",
        &deep,
        "{\"\\ud800\":1}",
        "\u{feff}{}",
    ];
    let texts = texts.iter().map(|text| (json!(text), false));
    // {"a":"\xff"} and {"\xc0\xaf":1}, an overlong '/'.
    texts.chain([(json!("eyJhIjoi/yJ9"), true), (json!("eyLArwoiOjF9"), true)]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_a_body_that_is_not_strict_json() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &[]);
    let takes_json = |event: &Value| {
        event["body"].as_str().is_some_and(|body| serde_json::from_str::<Value>(body).is_ok())
    };
    let mut asked = 0;
    for route in OPERATIONS {
        let event = event_of(&cloud, &route, Role::Admin);
        if !takes_json(&event) {
            continue;
        }
        for (body, encoded) in bodies() {
            let mut event = event.clone();
            (event["body"], event["isBase64Encoded"]) = (body.clone(), json!(encoded));
            let answer = fleet.ask(route.function, event).await;
            // A route with an id may return 404 before it reads the body, because the resource does not exist.
            let right =
                [400, 422].contains(&answer.status) || route.path.contains('{') && answer.status == 404;
            assert!(right, "{route:?} took {body}: {answer:?}");
            asked += 1;
        }
    }
    assert!(asked > 0, "no route accepts JSON");
}

/// Puts the text into every part that a caller, or the gateway, sets.
fn placed(event: &Value, odd: &str) -> Vec<Value> {
    let mut events = vec![with_query(event.clone(), "limit", odd), with_query(event.clone(), odd, odd)];
    for name in
        ["authorization", "content-type", "cookie", "origin", "host", "user-agent", "x-forwarded-proto"]
    {
        events.push(with_header(event.clone(), name, odd));
    }
    let (mut path, mut id, mut body) = (event.clone(), event.clone(), event.clone());
    for (_, value) in path["pathParameters"].as_object_mut().into_iter().flatten() {
        *value = json!(odd);
    }
    path["path"] = json!(format!("/{odd}"));
    id["requestContext"]["requestId"] = json!(odd);
    body["body"] = json!(json!({ odd: odd }).to_string());
    events.extend([path, id, body]);
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_characters_cause_no_5xx_and_forge_no_header_or_log_line() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &[("LOG_LEVEL", "trace")]);
    let mut asked = 0;
    for route in OPERATIONS {
        let event = event_of(&cloud, &route, Role::Admin);
        for odd in ODD {
            for event in placed(&event, odd) {
                let answer = fleet.ask(route.function, event).await;
                assert!(answer.status < 500, "{route:?} {odd:?}: {answer:?}");
                let is_page = route.path == "/metrics" && answer.status == 200;
                assert!(!answer.headers.contains_key("x-injected"), "{route:?} {odd:?}: {answer:?}");
                assert!(is_page || answer.json().is_object(), "{route:?} {odd:?}: {answer:?}");
                asked += 1;
            }
        }
    }
    let mut event = as_payload_2(&sample(REJECT));
    event["rawPath"] = json!("/v1/tests/a%0d%0a");
    assert_eq!(fleet.ask(REJECT, event).await.status, 405);
    let log: String = fleet.logs().into_values().collect();
    assert!(
        log.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)),
        "the log contains other than printable ASCII"
    );
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert_ne!(line["message"], "forged");
    }
    assert_eq!(log.lines().filter(|line| line.contains("\"message\":\"request\"")).count(), asked + 1);
}
