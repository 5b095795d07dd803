//! What operations on tests alone answer.

use bellwether::operations::{CREATE_TEST, Operation};
use serde_json::json;
use testing::{Answer, Bench, body_of, with_body};

use crate::ground::Ground;

/// The same test is declared again.
pub async fn declared_twice(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    assert_eq!(ground.ask().await.status, 201);
    ground.ask().await
}

/// Another test is declared under a name that is taken.
pub async fn declared_otherwise(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    assert_eq!(ground.ask().await.status, 201);
    let mut body = body_of(&ground.event);
    body["name"] = json!("Another");
    ground.send(with_body(ground.event.clone(), &body)).await
}

/// The running test is changed as it is, or as it was before it started.
pub async fn changed(operation: &'static Operation, is_current: bool) -> Answer {
    let ground = Ground::of(operation).await;
    let revision = if is_current { 2 } else { 1 };
    ground.send(with_body(ground.event.clone(), &json!({ "revision": revision, "name": "Another" }))).await
}

/// Something came of a test that has not begun.
pub async fn an_outcome_of_a_draft(operation: &'static Operation) -> Answer {
    let declared = Ground::on(&CREATE_TEST, Bench::start().await).await;
    assert_eq!(declared.ask().await.status, 201);
    Ground::on(operation, declared.bench).await.ask().await
}
