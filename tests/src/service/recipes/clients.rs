//! Recipes for statuses of operations on API clients only.

use bellwether::operations::Operation;
use serde_json::json;
use testing::{Answer, Bench, with_body, with_parameter};

use crate::ground::Ground;

/// Adds one client more than a workspace may have.
pub async fn beyond_the_quota(operation: &'static Operation) -> Answer {
    let mut config = Bench::config();
    config.limits.quotas.clients = 1;
    let ground = Ground::on(operation, Bench::start_with(&config).await).await;
    assert_eq!(ground.ask().await.status, 201);
    ground.ask().await
}

/// Changes a client at its current revision, or at another one.
pub async fn changed(operation: &'static Operation, is_current: bool) -> Answer {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    let ground = Ground::on(operation, bench).await;
    let event = with_parameter(ground.event.clone(), "client_id", &client.client_id.to_string());
    let revision = if is_current { 1 } else { 7 };
    ground.send(with_body(event, &json!({ "revision": revision, "name": "Another" }))).await
}
