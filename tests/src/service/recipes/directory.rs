//! Recipes for statuses of operations on the directory of accounts.

use bellwether::operations::Operation;
use serde_json::json;
use testing::{Answer, with_body};

use crate::ground::Ground;

/// Sends an alias that belongs to another account.
pub async fn a_taken_alias(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    ground.bench.account(json!({ "unit_id": "globex.com", "aliases": ["umbrella.de"] })).await;
    ground.ask().await
}

/// Merges two accounts, or an account with itself.
pub async fn merged(operation: &'static Operation, are_two: bool) -> Answer {
    let ground = Ground::of(operation).await;
    ground.bench.account(json!({ "unit_id": "umbrella.com" })).await;
    ground.bench.account(json!({ "unit_id": "umbrella.de" })).await;
    if are_two {
        return ground.ask().await;
    }
    let body = json!({ "from": "umbrella.com", "into": "umbrella.com" });
    ground.send(with_body(ground.event.clone(), &body)).await
}
