//! `GET /tests/{test_id}/results`: what the test says so far.
//!
//! Results are a fold over the stored events: `bellwether::store::events::Events::fold` reads,
//! `bellwether::stats` counts and judges.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::auth::role::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::stats::report::Report;
use lambda_http::{Error, Request};

/// A fold reads as much as there is; API Gateway waits 29 s.
const BUDGET: Duration = Duration::from_secs(25);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request))).with_budget(BUDGET)
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::ResultsRead).await?;
    let test_id = extract::test_id(&request)?;
    fresh(extract::query(&request, "fresh")?)?;
    let test = app.store.tests.get(&caller.workspace, &test_id).await?.ok_or(Problem::NotFound)?;
    let as_of = app.clock.now();
    let totals = app.store.events.fold(&caller.workspace, &test).await?;
    Reply::ok(&Report::new(&test, &totals, as_of))
}

/// Every answer is folded anew as long as no summaries are kept, so the parameter is only checked.
fn fresh(text: Option<&str>) -> Result<(), Problem> {
    match text {
        None | Some("true" | "false") => Ok(()),
        Some(_) => Err(Problem::field("?fresh", "must be true or false")),
    }
}
