//! `POST /tests/{test_id}/assignments`: returns the variant of an account, or of up to 100 accounts under
//! `units`.
//!
//! `domain::experiment::decide` makes the decision. The first decision is stored and stays for the phase,
//! even if weights or the account's attributes change.

#[cfg(test)]
mod tests;

use std::time::Duration;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{ASSIGN_VARIANT, Operation};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::assignments::Stored;
use bellwether::store::reach::Keyed;
use domain::clock::Timestamp;
use domain::experiment::condition::{Mismatch, Mismatches};
use domain::experiment::{
    Assignment, AssignmentResponse, Decision, Experiment, ExperimentId, Otherwise, Reason, Unit, Workspace,
    decide,
};
use serde_json::Value;

/// The time before the deadline at which the lookup of stored assignments ends, so that the other units of a
/// batch finish.
const RESERVE: Duration = Duration::from_secs(1);

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<AssignVariant>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct AssignVariant;

impl Endpoint for AssignVariant {
    const OPERATION: &'static Operation = &ASSIGN_VARIANT;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, path: test_id, body, .. } = call;
        let batch = Batch::parse(body, "units")?;
        let now = app.clock.now();
        let test = app.store.experiments.recent(&caller.workspace, &test_id, now).await?;
        let test = test.ok_or(Problem::NotFound)?;
        let requested =
            batch.prepare("unit_id", deadline, |item| Requested::read(app, &test, item, now)).await;
        let undecided =
            requested.items().filter(|requested| matches!(requested.decision, Decision::Stored(_)));
        let units = undecided.map(|requested| &requested.unit.id);
        let stored = app.store.events.stored(&caller.workspace, &test, units, now, deadline - RESERVE).await;
        let mismatches = Mismatches::count(requested.items().flat_map(|requested| &requested.mismatches));
        let each = |requested| respond(app, &caller.workspace, &test, &stored, requested, now);
        let mut response = requested.run("assignments", "unit_id", deadline, each).await?;
        if !mismatches.is_empty() {
            response["type_mismatches"] = serde_json::to_value(mismatches).map_err(Problem::internal)?;
        }
        Reply::ok(&response)
    }
}

/// A unit, and the test's decision about it before stored assignments are read.
struct Requested<'t> {
    unit: Unit,
    decision: Decision<'t>,
    /// The attributes whose type never matches the targeting.
    mismatches: Vec<Mismatch>,
}

impl<'t> Requested<'t> {
    fn read(app: &App, test: &'t Experiment, item: Unscreened, now: Timestamp) -> Result<Self, Problem> {
        let unit = Unit::parse(item.screened(app.screen)?.into_inner(), test)?;
        unit.check_assigned_at(test, now)?;
        let decision = decide(test, &unit)?;
        let (Decision::Leave(reason) | Decision::Stored(Otherwise::Leave(reason))) = decision else {
            return Ok(Self { unit, decision, mismatches: Vec::new() });
        };
        let targeting = &test.definition.targeting;
        let left_out = reason == Reason::NotTargeted;
        let mismatches = if left_out { targeting.mismatches(&unit.attributes) } else { Vec::new() };
        Ok(Self { unit, decision, mismatches })
    }
}

async fn respond<'t>(
    app: &App,
    workspace: &Workspace,
    test: &'t Experiment,
    stored: &Stored,
    Requested { unit, decision, .. }: Requested<'t>,
    now: Timestamp,
) -> Result<Value, Problem> {
    let events = &app.store.events;
    let response = match decision {
        Decision::Assign(variant) => {
            let first = Assignment::of(test, &unit, variant, now)?;
            if let Some(stored) = events.remembered(workspace, test, &unit.id, now) {
                AssignmentResponse::assigned(test, unit, stored, false)
            } else {
                let assigned = events.assign(workspace, test, &unit.id, first, now).await?;
                AssignmentResponse::assigned(test, unit, assigned.assignment, assigned.new)
            }
        }
        Decision::Chosen(variant, reason) => AssignmentResponse::chosen(test, unit, variant, reason),
        Decision::Leave(reason) => AssignmentResponse::left(test, unit, reason),
        Decision::Stored(otherwise) => match (stored.get(&unit.id)?.cloned(), otherwise) {
            (Some(stored), _) => AssignmentResponse::assigned(test, unit, stored, false),
            (None, Otherwise::Leave(reason)) => AssignmentResponse::left(test, unit, reason),
            (None, Otherwise::Refuse(broken)) => return Err(broken.into()),
        },
    };
    serde_json::to_value(response).map_err(Problem::internal)
}
