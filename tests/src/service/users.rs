//! Tests of bodies that only the handlers of users and sign-ins can check.

use bellwether::operations::{CREATE_USER, LOGIN, Operation, UPDATE_USER};
use serde_json::{Value, json};
use testing::{Answer, body_of, with_body};

use super::ground::Ground;

/// Sends an operation its sample body with one field changed.
async fn sent_with(operation: &'static Operation, name: &str, value: Value) -> Answer {
    let ground = Ground::of(operation).await;
    let mut body = body_of(&ground.event);
    body[name] = value;
    ground.send(with_body(ground.event.clone(), &body)).await
}

fn assert_refused(answer: &Answer, pointer: &str) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{}", answer.body);
}

#[tokio::test]
async fn a_user_cannot_get_a_client_role() {
    for operation in [&CREATE_USER, &UPDATE_USER] {
        assert_refused(&sent_with(operation, "role", json!("service")).await, "/role");
    }
}

#[tokio::test]
async fn session_accepts_only_cookie() {
    for other in [json!("bearer"), json!(""), json!(true)] {
        assert_refused(&sent_with(&LOGIN, "session", other).await, "/session");
    }
}
