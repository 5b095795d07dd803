//! On a schedule: aggregates every running test and stores its results, beginning with the test that was
//! aggregated longest ago, until 60 s (`AGGREGATION_RESERVE_SECONDS`) before the end of its own time.
//!
//! With `AGGREGATION_FUNCTION`, a run invokes that function asynchronously for each test, at most 100
//! (`AGGREGATION_TESTS`), so that no test waits for another or fails with it. Otherwise it aggregates the
//! tests itself, one after the other.
//!
//! A test that cannot be aggregated goes to the end of the queue like the others and does not block them.
//! `event.rs` parses the event, `count.rs` handles one test, `send.rs` sends the notices that follow,
//! `bellwether::store::summaries` stores the results, and `reweigh.rs` sets the weights of adaptive tests with
//! `domain::results::adapt`.

mod count;
mod event;
mod reweigh;
mod send;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::runtime::Function;
use domain::clock::Timestamp;
use domain::experiment::{ExperimentId, Workspace};
use event::{Event, TestEvent};
use serde::Serialize;
use serde_json::Value;

/// The function.
pub const FUNCTION: Function = Function::on_events(env!("CARGO_PKG_NAME"), |app, event, run| {
    Box::pin(async move { Some(handle(app, event, run.deadline).await) })
});

/// The result of a run, which Lambda logs.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Done {
    /// Tests that this run has aggregated.
    aggregated: u32,
    /// Tests that it has handed to invocations of their own.
    invoked: u32,
    failed: u32,
    left: usize,
    /// Notices that it has sent.
    sent: usize,
}

async fn handle(app: &App, event: Value, deadline: Timestamp) -> Result<Value, Problem> {
    let done = match Event::parse(event)? {
        Event::Test(test) => one(app, &test, deadline).await,
        Event::Schedule => {
            let done = every(app, deadline).await?;
            Done { sent: send::send_waiting(app).await?, ..done }
        }
    };
    serde_json::to_value(done).map_err(Problem::internal)
}

/// Aggregates each running test, or invokes the function for it.
async fn every(app: &App, deadline: Timestamp) -> Result<Done, Problem> {
    let separately = app.invoker.is_configured();
    let mut waiting = app.store.experiments.running().await?.into_iter();
    let mut done = Done::default();
    let most = if separately { app.limits.aggregation_tests } else { usize::MAX };
    for _ in 0..most {
        let Some(time) = time_left(app, deadline) else { break };
        let Some((workspace, test_id)) = waiting.next() else { return Ok(done) };
        let outcome = if separately {
            let event = TestEvent { workspace: workspace.clone(), test_id: test_id.clone() };
            app.invoker.invoke(&event).await.map_err(|error| Problem::Unavailable(error.to_string()))
        } else {
            in_time(app, &workspace, &test_id, time).await.map(|_| ())
        };
        let moved = app.store.experiments.aggregated(&workspace, &test_id, app.clock.now()).await;
        match outcome.and(moved.map_err(Problem::from)) {
            Ok(()) if separately => done.invoked += 1,
            Ok(()) => done.aggregated += 1,
            Err(problem) => fail(app, &workspace, &test_id, &problem, &mut done),
        }
    }
    done.left = waiting.len();
    Ok(done)
}

/// Aggregates one test and sends the notices that follow. A failure is recorded like that of a run over all
/// tests. Lambda does not repeat it, because the schedule does, and it also sends the notices that are left.
async fn one(app: &App, TestEvent { workspace, test_id }: &TestEvent, deadline: Timestamp) -> Done {
    let mut done = Done::default();
    let time = time_left(app, deadline).unwrap_or_default();
    match in_time(app, workspace, test_id, time).await {
        Ok(notices) => {
            done.aggregated = 1;
            if notices > 0 {
                done.sent = send::send_waiting(app).await.unwrap_or_else(|problem| {
                    tracing::error!(cause = problem.cause(), "notices could not be sent");
                    0
                });
            }
        }
        Err(problem) => fail(app, workspace, test_id, &problem, &mut done),
    }
    done
}

/// Returns the number of notices that were stored.
async fn in_time(
    app: &App,
    workspace: &Workspace,
    test_id: &ExperimentId,
    time: Duration,
) -> Result<usize, Problem> {
    let outcome = tokio::time::timeout(time, count::count(app, workspace, test_id)).await;
    outcome.unwrap_or_else(|_| Err(Problem::Unavailable("the time of the run is over".to_owned())))
}

fn fail(app: &App, workspace: &Workspace, test_id: &ExperimentId, problem: &Problem, done: &mut Done) {
    done.failed += 1;
    let cause = problem.cause().unwrap_or_else(|| problem.detail());
    tracing::error!(%workspace, %test_id, cause, "a test could not be aggregated");
    app.telemetry.not_aggregated(app.clock.now(), workspace, test_id);
}

fn time_left(app: &App, deadline: Timestamp) -> Option<Duration> {
    let reserve_ms = i64::from(app.limits.aggregation_reserve_seconds) * 1_000;
    let left = deadline.millis() - reserve_ms - app.clock.now().millis();
    u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
}
