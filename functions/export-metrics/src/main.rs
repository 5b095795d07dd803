//! `GET /metrics`: the workspace's tests and the deployment's sign-ins, for Prometheus.
//!
//! Everything comes from DynamoDB: the reports that `summarize-tests` keeps and the counters of sign-ins. What
//! stands on the page: `bellwether::telemetry::measured`; how it is written: `bellwether::telemetry::exposition`.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::auth::role::Scope;
use bellwether::experiment::{Experiment, Workspace};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, serve};
use bellwether::store::StoreError;
use bellwether::store::counters::SignIn;
use bellwether::telemetry::exposition::Format;
use bellwether::telemetry::measured::{Kept, page};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda_http::http::header::ACCEPT;
use lambda_http::{Error, Request};

/// Prometheus waits 10 s.
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
    let tests = app.store.tests.started(&caller.workspace).await?;
    let kept: Vec<Kept> = stream::iter(tests.into_iter().map(|test| kept(app, &caller.workspace, test)))
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    let sign_ins = try_join_all(SignIn::ALL.map(|outcome| sign_ins(app, outcome))).await?;
    let samples = page(&caller.workspace, kept, &sign_ins, app.clock.now());
    Ok(Reply::text(format.write(&samples), format.content_type()))
}

async fn kept(app: &App, workspace: &Workspace, test: Experiment) -> Result<Kept, StoreError> {
    let report = app.store.summaries.latest(workspace, &test).await?;
    Ok((test, report))
}

async fn sign_ins(app: &App, outcome: SignIn) -> Result<(SignIn, u64), StoreError> {
    Ok((outcome, app.store.counters.signed_in(outcome).await?))
}
