//! Recipes for statuses of operations on privacy requests only.

use bellwether::operations::Operation;
use serde_json::json;
use testing::{Answer, with_query};

use crate::ground::Ground;

/// Reads the request of an erasure, as it is or with the cursor of a page, which it does not have.
pub async fn read(operation: &'static Operation, valid: bool) -> Answer {
    let ground = Ground::of(operation).await;
    let request = ground.bench.erase(&["acme.com"]).await;
    let mut event = ground.event.clone();
    event["pathParameters"] = json!({ "request_id": request.request_id });
    ground.send(if valid { event } else { with_query(event, "next", "page") }).await
}
