//! On a schedule: erases the accounts of privacy requests, and signs receipts.
//!
//! Every run takes the requests that are due, oldest first, until 10 s before the end of its own time. A run that is
//! interrupted at any point is repeated as a whole, and counts nothing twice. `pass.rs` handles one request,
//! `parts.rs` one test of it, `directory.rs` the directory, and `reapply.rs` erases again what a restored table contains. The first run creates the
//! key of pseudonyms and the key of receipts.

mod directory;
mod parts;
mod pass;
mod reapply;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::runtime::Function;
use domain::clock::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The function.
pub const FUNCTION: Function = Function::on_events(env!("CARGO_PKG_NAME"), |app, _, run| {
    Box::pin(async move { Some(handle(app, run.deadline).await) })
});

/// How long before its end a run begins no more requests, in milliseconds.
const RESERVE_MS: i64 = 10_000;

/// The result of a run, which Lambda logs.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Done {
    /// Requests that are done.
    answered: u32,
    /// Requests whose last pass is due later.
    waiting: u32,
    /// Requests that failed. The next run repeats them.
    failed: u32,
    /// Requests that were due and were not begun.
    left: usize,
}

async fn handle(app: &App, deadline: Timestamp) -> Result<Value, Problem> {
    let now = app.clock.now();
    app.pseudonyms.create_if_missing(now).await?;
    let receipts = app.receipts.create_if_missing(now).await?;
    app.store.privacy.publish_key(receipts.kid(), &receipts.jwk().to_string()).await?;
    let mut due = app.store.privacy.due(now).await?.into_iter();
    let mut done = Done::default();
    while has_time(app, deadline) {
        let Some((workspace, id)) = due.next() else { break };
        match pass::pass(app, &workspace, id, deadline).await {
            Ok(pass::End::Done) => done.answered += 1,
            Ok(pass::End::Waiting) => done.waiting += 1,
            Err(problem) => {
                done.failed += 1;
                let cause = problem.cause().unwrap_or_else(|| problem.detail());
                tracing::error!(%workspace, request_id = %id, cause, "a privacy request could not be answered");
            }
        }
    }
    done.left = due.len();
    if done.failed > 0 {
        let detail = format!("{} privacy requests failed; the next run repeats them", done.failed);
        return Err(Problem::Unavailable(detail));
    }
    serde_json::to_value(done).map_err(Problem::internal)
}

/// Whether enough time is left to begin something.
fn has_time(app: &App, deadline: Timestamp) -> bool {
    deadline.millis() - app.clock.now().millis() > RESERVE_MS
}
