//! Methods that a path does not have.

use bellwether::auth::role::Role;
use bellwether::testing::{Bench, as_payload_2};
use serde_json::json;

use super::function;

#[tokio::test]
async fn an_undeclared_method_is_answered_405_with_those_there_are() {
    let bench = Bench::start().await;
    let event = bench.event("reject-method", Role::Viewer).await;
    for event in [event.clone(), as_payload_2(&event)] {
        let (answer, spent) = bench.metered(function(), event).await;
        assert_eq!((answer.status, spent.calls), (405, 0));
        assert_eq!(answer.headers["allow"], "GET, PATCH");
        assert_eq!(answer.headers["content-type"], "application/problem+json; charset=utf-8");
    }
}

#[tokio::test]
async fn a_path_that_is_not_declared_is_not_found() {
    let bench = Bench::start().await;
    let mut event = bench.event("reject-method", Role::Viewer).await;
    event["path"] = json!("/nothing/here");
    event["requestContext"]["path"] = json!("/v1/nothing/here");
    assert_eq!(bench.call(function(), event).await.status, 404);
}
