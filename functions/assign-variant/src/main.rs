//! `POST /tests/{test_id}/assignments`: which variant does an account see? One account, or up to
//! 100 under `units`.
//!
//! The decision is `domain::experiment::decide`; the first one is stored and stays for the phase, even if
//! weights or the account's attributes change.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::batch::{self, Batch};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::store::events::Stored;
use domain::clock::Timestamp;
use domain::experiment::condition::{Mismatch, Mismatches};
use domain::experiment::{
    Assignment, Decision, Experiment, Otherwise, Reason, Told, Unit, Workspace, decide,
};
use domain::validation::typed;
use lambda_http::{Error, Request};
use serde_json::Value;

/// How long before the deadline looking up what is stored ends, so that the other units of a batch are done.
const RESERVE: Duration = Duration::from_secs(1);

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
    let test = app.store.experiments.recent(&caller.workspace, &test_id, now).await?;
    let test = test.ok_or(Problem::NotFound)?;
    let asked = batch.prepare("unit_id", deadline, |item| Asked::read(app, &test, item, now)).await;
    let kept = asked.items().filter(|asked| matches!(asked.decision, Decision::Keep(_)));
    let units = kept.map(|asked| &asked.unit.id);
    let stored = app.store.events.stored(&caller.workspace, &test, units, now, deadline - RESERVE).await;
    let mismatches = Mismatches::count(asked.items().flat_map(|asked| &asked.mismatches));
    let each = |asked| answer(app, &caller.workspace, &test, &stored, asked, now);
    let mut answer = asked.run("assignments", "unit_id", deadline, each).await?;
    if !mismatches.is_empty() {
        answer["type_mismatches"] = serde_json::to_value(mismatches).map_err(Problem::internal)?;
    }
    Reply::ok(&answer)
}

/// A unit, and what the test says of it before what is stored is consulted.
struct Asked<'t> {
    unit: Unit,
    decision: Decision<'t>,
    /// Attributes for whose type the targeting leaves it out.
    mismatches: Vec<Mismatch>,
}

impl<'t> Asked<'t> {
    fn read(app: &App, test: &'t Experiment, item: Value, now: Timestamp) -> Result<Self, Problem> {
        let unit = Unit::parse(typed(app.screen.clean(item)?)?)?;
        unit.check_assigned_at(test, now)?;
        let decision = decide(test, &unit)?;
        let (Decision::Leave(reason) | Decision::Keep(Otherwise::Leave(reason))) = decision else {
            return Ok(Self { unit, decision, mismatches: Vec::new() });
        };
        let targeting = &test.definition.targeting;
        let left_out = reason == Reason::NotTargeted;
        let mismatches = if left_out { targeting.mismatches(&unit.attributes) } else { Vec::new() };
        Ok(Self { unit, decision, mismatches })
    }
}

async fn answer<'t>(
    app: &App,
    workspace: &Workspace,
    test: &'t Experiment,
    stored: &Stored,
    Asked { unit, decision, .. }: Asked<'t>,
    now: Timestamp,
) -> Result<Value, Problem> {
    let events = &app.store.events;
    let told = match decision {
        Decision::Assign(variant) => {
            let first = Assignment::of(test, &unit, variant, now)?;
            if let Some(stored) = events.remembered(workspace, test, &unit.id, now) {
                Told::assigned(test, unit, stored, false)
            } else {
                let assigned = events.assign(workspace, test, &unit.id, first, now).await?;
                Told::assigned(test, unit, assigned.assignment, assigned.new)
            }
        }
        Decision::Tell(variant, reason) => Told::chosen(test, unit, variant, reason),
        Decision::Leave(reason) => Told::left(test, unit, reason),
        Decision::Keep(otherwise) => match (stored.get(&unit.id)?.cloned(), otherwise) {
            (Some(stored), _) => Told::assigned(test, unit, stored, false),
            (None, Otherwise::Leave(reason)) => Told::left(test, unit, reason),
            (None, Otherwise::Refuse(broken)) => return Err(broken.into()),
        },
    };
    serde_json::to_value(told).map_err(Problem::internal)
}
