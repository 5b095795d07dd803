//! `POST /tests/{test_id}/assignments`: which variant does an account see? One account, or up to
//! 100 under `units`.
//!
//! The decision is `bellwether::experiment::decide`; the first one is stored, and it stands
//! whatever becomes of the weights.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::Caller;
use bellwether::auth::role::Scope;
use bellwether::clock::Timestamp;
use bellwether::experiment::{Assignment, Decision, Experiment, Told, Unit, decide};
use bellwether::http::batch::{self, Batch};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use lambda_http::{Error, Request};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let deadline = batch::deadline();
    let caller = app.auth.require(&request, Scope::AssignmentsWrite).await?;
    let test_id = extract::test_id(&request)?;
    let batch = Batch::parse(extract::object(&request)?, "units")?;
    let now = app.clock.now();
    let test = app.store.tests.recent(&caller.workspace, &test_id, now).await?;
    let test = test.ok_or(Problem::NotFound)?;
    let each = |item| assign(app, &caller, &test, item, now);
    Reply::ok(&batch.run("assignments", "unit_id", deadline, each).await?)
}

async fn assign(
    app: &App,
    caller: &Caller,
    test: &Experiment,
    item: Value,
    now: Timestamp,
) -> Result<Value, Problem> {
    let unit = Unit::parse(extract::typed(app.screen.clean(item)?)?)?;
    let (events, workspace) = (&app.store.events, &caller.workspace);
    let told = match decide(test, &unit)? {
        Decision::Assign(variant) => {
            let first = Assignment::of(test, &unit, variant, now)?;
            if let Some(stored) = events.remembered(workspace, test, &unit.id, now) {
                Told::assigned(test, unit, stored, false)
            } else {
                let assigned = events.assign(workspace, test, &unit.id, first, now).await?;
                Told::assigned(test, unit, assigned.assignment, assigned.new)
            }
        }
        Decision::Override(variant) => Told::forced(test, unit, variant),
        Decision::Leave(reason) => Told::left(test, unit, reason),
    };
    serde_json::to_value(told).map_err(Problem::internal)
}
