//! Reading one test.

use bellwether::auth::role::Role;
use bellwether::testing::{Bench, as_payload_2, with_test_id};
use serde_json::json;

use super::function;

#[tokio::test]
async fn a_test_is_shown_as_it_stands_for_one_read() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("get-test", Role::Viewer).await;
    let (answer, spent) = bench.metered(function(), event.clone()).await;
    assert_eq!(
        (answer.status, &answer.body["status"], &answer.body["revision"]),
        (200, &json!("running"), &json!(2))
    );
    assert_eq!((spent.calls, spent.units), (1, 1.0));
    assert_eq!(bench.call(function(), as_payload_2(&event)).await.body, answer.body);
}

#[tokio::test]
async fn another_workspaces_test_looks_like_one_that_does_not_exist() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("get-test", Role::Viewer).await;
    let foreign = bench.signed(event.clone(), Role::Viewer, "globex").await;
    let foreign = bench.call(function(), foreign).await;
    let gone = bench.call(function(), with_test_id(event, "gone")).await;
    assert_eq!((foreign.status, gone.status), (404, 404));
    for field in ["type", "title", "detail", "status"] {
        assert_eq!(foreign.body[field], gone.body[field]);
    }
}

#[tokio::test]
async fn only_a_token_with_the_scope_opens() {
    Bench::start().await.assert_refuses(function(), "get-test", Role::Service).await;
}

#[tokio::test]
async fn without_its_store_it_answers_503_in_time() {
    Bench::assert_unavailable_without_store(function(), "get-test").await;
}
