//! `GET /metrics`: the workspace's tests and the deployment's sign-ins, for Prometheus.
//!
//! Everything comes from DynamoDB: the reports that `summarize-tests` keeps and the counters of sign-ins. What
//! stands on the page: `bellwether::telemetry::measured`; how it is written: `bellwether::telemetry::exposition`.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::auth::role::Scope;
use bellwether::experiment::{Experiment, Status, Workspace};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, serve};
use bellwether::store::StoreError;
use bellwether::store::counters::SignIn;
use bellwether::telemetry::exposition::Format;
use bellwether::telemetry::measured::Page;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda_http::http::header::ACCEPT;
use lambda_http::{Error, Request};
use serde_json::Value;

/// Prometheus waits 10 s unless it is told otherwise.
const BUDGET: Duration = Duration::from_secs(9);

/// Reports that are read side by side.
const SIDE_BY_SIDE: usize = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request))).with_budget(BUDGET)
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::MetricsRead).await?;
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let format = Format::accepted(accept);
    let sign_ins = try_join_all(SignIn::ALL.map(|outcome| sign_ins(app, outcome))).await?;
    let mut tests = app.store.tests.started(&caller.workspace).await?;
    tests.sort_by_key(|test| test.status != Status::Running);
    let count = tests.len();
    let mut page = Page::new(&caller.workspace, &sign_ins, app.clock.now());
    // Reports that have no room are not read: a page costs no more than it can hold.
    let kept = tests.into_iter().map(|test| kept(app, &caller.workspace, test));
    let mut kept = stream::iter(kept).buffered(SIDE_BY_SIDE);
    while let Some((test, report)) = kept.try_next().await? {
        if !page.add(&test, report.as_ref()) {
            break;
        }
    }
    Ok(Reply::text(format.write(&page.finish(count)), format.content_type()))
}

/// A test with the report that is kept of it.
async fn kept(
    app: &App,
    workspace: &Workspace,
    test: Experiment,
) -> Result<(Experiment, Option<Value>), StoreError> {
    let report = app.store.summaries.latest(workspace, &test).await?;
    Ok((test, report))
}

async fn sign_ins(app: &App, outcome: SignIn) -> Result<(SignIn, u64), StoreError> {
    Ok((outcome, app.store.counters.signed_in(outcome).await?))
}
