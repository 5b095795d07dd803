//! Tests that a secret in a URL is refused first, and that neither a response nor the log repeats it.

use bellwether::auth::access::Role;
use bellwether::operations::OPERATIONS;
use serde_json::json;
use testing::cloud::Cloud;
use testing::fleet::{Fleet, REJECT, event_of, sample};
use testing::{as_payload_2, with_query, without_token};

const SECRET: &str = "eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2VjcmV0";
const NAMES: [&str; 12] = [
    "access_token",
    "ACCESS_TOKEN",
    "Access-Token",
    "accessToken",
    "access_token[]",
    "token",
    "refresh_token",
    "id_token",
    "authorization",
    "client_secret",
    "password",
    "api_key",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_query_is_refused_first_and_not_logged() {
    let cloud = Cloud::start().await;
    let dead = "http://127.0.0.1:1";
    let mut fleet = Fleet::new(
        &cloud,
        &[
            ("AWS_ENDPOINT_URL_DYNAMODB", dead),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", dead),
            ("LOG_LEVEL", "trace"),
        ],
    );
    let mut count = 0;
    for route in OPERATIONS {
        for name in NAMES {
            let event = with_query(event_of(&cloud, &route, Role::Admin), name, SECRET);
            let mut encoded = as_payload_2(&event);
            encoded["rawQueryString"] = json!(format!("limit=1&{}={SECRET}", name.replace('_', "%5f")));
            for event in [event.clone(), as_payload_2(&event), without_token(event), encoded] {
                let answer = fleet.ask(route.function, event).await;
                assert_eq!(
                    (answer.status, answer.kind()),
                    (400, "invalid_request".to_owned()),
                    "{route:?} {name}"
                );
                assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_request\"");
                assert!(!format!("{answer:?}").contains("c2VjcmV0"), "{answer:?}");
                count += 1;
            }
        }
    }
    assert_eq!(fleet.ask(REJECT, with_query(sample(REJECT), "token", SECRET)).await.status, 400);
    let log: String = fleet.logs().into_values().collect();
    assert_eq!(log.matches("\"message\":\"request\"").count(), count + 1, "not one line for each request");
    assert!(!log.contains("c2VjcmV0"), "the log contains a secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_path_is_neither_returned_nor_logged() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &[("LOG_LEVEL", "trace")]);
    for route in OPERATIONS.iter().filter(|route| route.path.contains('{')) {
        let mut event = event_of(&cloud, route, Role::Admin);
        let mut path = route.path.to_owned();
        for (name, value) in event["pathParameters"].as_object_mut().unwrap() {
            path = path.replace(&format!("{{{name}}}"), SECRET);
            *value = json!(SECRET);
        }
        event["path"] = json!(path);
        event["requestContext"]["path"] = json!(format!("/v1{path}"));
        for event in [event.clone(), as_payload_2(&event)] {
            let answer = fleet.ask(route.function, event).await;
            assert!(!format!("{answer:?}").contains("c2VjcmV0"), "{answer:?}");
            assert_eq!(answer.json()["instance"], format!("/v1{}", route.path));
        }
    }
    assert!(!fleet.logs().into_values().any(|log| log.contains("c2VjcmV0")), "the log contains a token");
}
