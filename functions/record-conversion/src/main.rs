//! `POST /tests/{test_id}/conversions`: an outcome of an account. One, or up to 100 under `events`.
//!
//! An outcome is stored once under its `event_id`, whether or not its account is assigned: whether
//! it counts is decided when results are read.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::Caller;
use bellwether::auth::role::Scope;
use bellwether::clock::Timestamp;
use bellwether::experiment::{Conversion, Experiment, conversion};
use bellwether::http::batch::{self, Batch};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use lambda_http::{Error, Request};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let deadline = batch::deadline();
    let caller = app.auth.require(&request, Scope::ConversionsWrite).await?;
    let test_id = extract::test_id(&request)?;
    let batch = Batch::parse(extract::object(&request)?, "events")?;
    let now = app.clock.now();
    let test = app.store.tests.recent(&caller.workspace, &test_id, now).await?;
    let test = test.ok_or(Problem::NotFound)?;
    if !conversion::is_open(test.status) {
        let status = test.status.as_str();
        return Err(Problem::Conflict(format!(
            "The test is {status}: it takes conversions from its start until it is archived."
        )));
    }
    let each = |item| record(app, &caller, &test, item, now);
    Reply::accepted(&batch.run("conversions", "event_id", deadline, each).await?)
}

async fn record(
    app: &App,
    caller: &Caller,
    test: &Experiment,
    item: Value,
    now: Timestamp,
) -> Result<Value, Problem> {
    let conversion = Conversion::parse(extract::typed(app.screen.clean(item)?)?, test, now)?;
    let new = app.store.events.convert(&caller.workspace, test, &conversion).await?;
    Ok(json!({ "event_id": conversion.event_id, "duplicate": !new }))
}
