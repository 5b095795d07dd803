//! `POST /tests/{test_id}/assignments`: returns the variant of an account, or of up to 100 accounts under
//! `units`.
//!
//! `domain::experiment::decide` makes the decision. The first decision is stored and stays for the phase,
//! even if weights or the account's attributes change. With a preview token in `preview`, the response contains the
//! token's variant, and nothing is stored. [`exposures`]
//! records that a variant was shown.

mod exposures;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{ASSIGN_VARIANT, Operation};
use bellwether::runtime::assigning::{self, Requested};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::NamedByKind;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;
use domain::clock::Timestamp;
use domain::experiment::condition::{Mismatch, Mismatches};
use domain::experiment::unit::UnitBody;
use domain::experiment::{Decision, Experiment, ExperimentId, Otherwise, Reason, Workspace};

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<AssignVariant>(), Handled::by::<exposures::RecordExposure>()])
        .reading(Keyed::Tests);

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
        let (test, settings) = tokio::join!(
            app.store.experiments.recent(&caller.workspace, &test_id, now),
            app.store.workspaces.recent(&caller.workspace, now)
        );
        let (test, settings) = (test?.ok_or(Problem::NotFound)?, settings?);
        let bodies = batch.prepare("unit_id", deadline, |item| assigning::unit(app, item)).await;
        let sent: Vec<&str> = bodies.items().map(UnitBody::unit_id).collect();
        let tests = [test.as_ref()];
        let named = NamedByKind::read(app, &caller.workspace, &settings, &tests, &sent, now).await?;
        let read = |body| Asked::read(&caller.workspace, &test, body, &named, now);
        let asked = bodies.refine(deadline, read).await;
        let undecided = asked.items().map(|asked| &asked.requested).filter(|own| own.is_undecided());
        let pairs = undecided.map(|requested| (requested.test, &requested.unit.id));
        let stored = app.store.events.stored(&caller.workspace, pairs, now, deadline - batch::RESERVE).await;
        let mismatches = Mismatches::count(asked.items().flat_map(|asked| &asked.mismatches));
        let each = async |asked: Asked<'_>| {
            let response = asked.requested.assign(app, &caller.workspace, &stored, now).await?;
            serde_json::to_value(response).map_err(Problem::internal)
        };
        let mut response = asked.run("assignments", "unit_id", deadline, each).await?;
        if !mismatches.is_empty() {
            response["type_mismatches"] = serde_json::to_value(mismatches).map_err(Problem::internal)?;
        }
        Reply::ok(&response)
    }
}

/// A unit of the request.
struct Asked<'t> {
    requested: Requested<'t>,
    /// The attributes whose type never matches the targeting.
    mismatches: Vec<Mismatch>,
}

impl<'t> Asked<'t> {
    fn read(
        workspace: &Workspace,
        test: &'t Experiment,
        body: UnitBody,
        named: &NamedByKind,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let requested = Requested::of(workspace, test, body, named, now)?;
        let reason = match requested.decision {
            Decision::Leave(reason) | Decision::Stored(Otherwise::Leave(reason)) => Some(reason),
            _ => None,
        };
        let (targeting, attributes) = (&test.definition.targeting, &requested.unit.attributes);
        let left_out = reason == Some(Reason::NotTargeted);
        let mismatches = if left_out { targeting.mismatches(attributes) } else { Vec::new() };
        Ok(Self { requested, mismatches })
    }
}
