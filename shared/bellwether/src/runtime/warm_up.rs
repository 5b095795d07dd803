//! Prepares an instance before its first poll: reads the keys, and opens the connections to Secrets Manager
//! and DynamoDB.
//!
//! Lambda limits a function to the share of a core that belongs to its memory, but not during the
//! initialization, which ends with the first poll. At 128 MB, a TLS handshake in the first request would take
//! about 14 times as long.

use std::fmt::Display;
use std::time::Duration;

use futures_util::future::join;
use tokio::time::timeout;

use super::function::Function;
use crate::app::App;

/// The maximum time. Together with the budget of a request it is 3 s, after which every caller has a response
/// even if a service is down.
const PATIENCE: Duration = Duration::from_millis(300);

/// Prepares `app` for the requests of `function`. If a service fails, the first request tries again and
/// reports the failure.
pub(super) async fn warm_up(app: &App, function: Function) {
    if timeout(PATIENCE, join(keys(app, function), store(app, function))).await.is_err() {
        skipped(&format!("no response within {PATIENCE:?}"));
    }
}

/// Reads the keys that the operations use: a guard verifies with the public keys, and other functions sign.
async fn keys(app: &App, function: Function) {
    let is_guarded = function.operations().any(|operation| operation.scope().is_some());
    let read = if is_guarded {
        app.auth.public_keys().await.map(drop)
    } else if app.auth.can_sign() && function.operations().next().is_some() {
        app.auth.signing_keys().await.map(drop)
    } else {
        Ok(())
    };
    read.unwrap_or_else(|error| skipped(&error));
}

async fn store(app: &App, function: Function) {
    let Some(table) = function.first_read else { return };
    app.store.reach(table).await.unwrap_or_else(|error| skipped(&error));
}

fn skipped(cause: &dyn Display) {
    tracing::info!(%cause, "the instance was not prepared; the first request tries again");
}
