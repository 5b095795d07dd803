//! Recipes for statuses of operations on users only.

use bellwether::auth::access::Role;
use bellwether::operations::Operation;
use serde_json::json;
use testing::{Answer, Bench, with_body, with_parameter};

use crate::ground::Ground;

/// Adds the same e-mail address again.
pub async fn twice(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    assert_eq!(ground.ask().await.status, 201);
    ground.ask().await
}

/// Changes a user at the current revision, or at another one.
pub async fn changed(operation: &'static Operation, is_current: bool) -> Answer {
    let bench = Bench::start().await;
    bench.found().await;
    let grace = bench.join("grace@example.com", Role::Analyst).await;
    let ground = Ground::on(operation, bench).await;
    let event = with_parameter(ground.event.clone(), "user_id", &grace.user_id.to_string());
    let revision = if is_current { 1 } else { 7 };
    ground.send(with_body(event, &json!({ "revision": revision, "role": "viewer" }))).await
}
