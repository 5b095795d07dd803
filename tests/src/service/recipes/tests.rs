//! Recipes for statuses of operations on tests only.

use bellwether::operations::{CREATE_TEST, Operation};
use serde_json::json;
use testing::{Answer, Bench, body_of, with_body, with_query};

use crate::ground::Ground;

/// Declares the same test again.
pub async fn declared_twice(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    assert_eq!(ground.ask().await.status, 201);
    ground.ask().await
}

/// Declares another test with an existing id.
pub async fn declared_otherwise(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    assert_eq!(ground.ask().await.status, 201);
    let mut body = body_of(&ground.event);
    body["name"] = json!("Another");
    ground.send(with_body(ground.event.clone(), &body)).await
}

/// Changes the running test at its current revision, or at the one before it started.
pub async fn changed(operation: &'static Operation, is_current: bool) -> Answer {
    let ground = Ground::of(operation).await;
    let revision = if is_current { 2 } else { 1 };
    ground.send(with_body(ground.event.clone(), &json!({ "revision": revision, "name": "Another" }))).await
}

/// Records an outcome of a draft.
pub async fn an_outcome_of_a_draft(operation: &'static Operation) -> Answer {
    let declared = Ground::on(&CREATE_TEST, Bench::start().await).await;
    assert_eq!(declared.ask().await.status, 201);
    Ground::on(operation, declared.bench).await.ask().await
}

/// Records an outcome of a goal that the sample test shares, or another value of a version that is recorded.
pub async fn shared(operation: &'static Operation, is_new: bool) -> Answer {
    let bench = Bench::start().await;
    let goals = json!([{ "key": "pipeline", "kind": "sum", "role": "primary", "shared": true }]);
    bench.launch(json!({ "goals": goals })).await;
    let ground = Ground::on(operation, bench).await;
    let body =
        |value: u32| json!({ "unit_id": "acme.com", "goal": "pipeline", "event_id": "e", "value": value });
    let first = ground.send(with_body(ground.event.clone(), &body(1))).await;
    if is_new { first } else { ground.send(with_body(ground.event.clone(), &body(2))).await }
}

/// Reports the exposure of an account to another variant than its own.
pub async fn another_variant_was_shown(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    let shown = |variant: &str| {
        with_body(
            ground.event.clone(),
            &json!({
                "unit_id": "umbrella.com",
                "attributes": { "industry": "software", "employees": 900 },
                "variant": variant
            }),
        )
    };
    let first = ground.send(shown("control")).await;
    if first.status == 409 { first } else { ground.send(shown("calculator")).await }
}

/// Requests a preview token of an archived test.
pub async fn a_preview_of_an_archived_test(operation: &'static Operation) -> Answer {
    let bench = Bench::start().await;
    let mut test = bench.launch(json!({})).await;
    for status in ["stopped", "archived"] {
        test = bench.change(&test, json!({ "revision": test.revision, "status": status })).await;
    }
    let ground = Ground::on(operation, bench).await;
    ground.send(with_body(ground.event.clone(), &json!({ "force": "calculator" }))).await
}

/// Compares the sample test with one that does not exist, or with itself.
pub async fn compared(operation: &'static Operation, is_valid: bool) -> Answer {
    let ground = Ground::of(operation).await;
    ground.bench.launch(json!({})).await;
    let other = if is_valid { "gone" } else { "pricing-page-q4" };
    ground.send(with_query(ground.event.clone(), "tests", &format!("pricing-page-q4,{other}"))).await
}
