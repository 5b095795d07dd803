//! Recipes for statuses of operations on workspaces only.

use bellwether::operations::Operation;
use serde_json::json;
use testing::{Answer, with_body};

use crate::ground::Ground;

/// Changes the settings at another revision than the current one.
pub async fn at_another_revision(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.send(with_body(ground.event.clone(), &json!({ "revision": 7, "unit_kind": "domain" }))).await
}
