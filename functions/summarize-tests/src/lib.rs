//! On a schedule: aggregates every running test and stores its results, beginning with the test that was
//! aggregated longest ago, until 60 s (`AGGREGATION_RESERVE_SECONDS`) before the end of its own time.
//!
//! A test that cannot be aggregated goes to the end of the queue like the others and does not block them.
//! `count.rs` handles one test, `bellwether::store::summaries` stores the results, and `reweigh.rs` sets the
//! weights of adaptive tests with `domain::results::adapt`.

mod count;
mod reweigh;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::runtime::Function;
use domain::clock::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The function.
pub const FUNCTION: Function =
    Function::on_events(env!("CARGO_PKG_NAME"), |app, _, run| Box::pin(handle(app, run.deadline)));

/// The result of a run, which Lambda logs.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Done {
    aggregated: u32,
    failed: u32,
    left: usize,
}

async fn handle(app: &App, deadline: Timestamp) -> Option<Result<Value, Problem>> {
    Some(
        summarize(app, deadline).await.and_then(|done| serde_json::to_value(done).map_err(Problem::internal)),
    )
}

async fn summarize(app: &App, deadline: Timestamp) -> Result<Done, Problem> {
    let mut waiting = app.store.experiments.running().await?.into_iter();
    let mut done = Done::default();
    while let Some(time) = time_left(app, deadline) {
        let Some((workspace, test_id)) = waiting.next() else { return Ok(done) };
        let outcome = tokio::time::timeout(time, count::count(app, &workspace, &test_id)).await;
        let outcome =
            outcome.unwrap_or_else(|_| Err(Problem::Unavailable("the time of the run is over".to_owned())));
        let moved = app.store.experiments.aggregated(&workspace, &test_id, app.clock.now()).await;
        match outcome.and(moved.map_err(Problem::from)) {
            Ok(()) => done.aggregated += 1,
            Err(problem) => {
                done.failed += 1;
                let cause = problem.cause().unwrap_or_else(|| problem.detail());
                tracing::error!(%workspace, %test_id, cause, "a test could not be aggregated");
                app.telemetry.not_aggregated(app.clock.now(), &workspace, &test_id);
            }
        }
    }
    done.left = waiting.len();
    Ok(done)
}

fn time_left(app: &App, deadline: Timestamp) -> Option<Duration> {
    let reserve_ms = i64::from(app.limits.aggregation_reserve_seconds) * 1_000;
    let left = deadline.millis() - reserve_ms - app.clock.now().millis();
    u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
}
