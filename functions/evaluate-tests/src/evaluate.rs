//! `POST /evaluate`: what accounts have or would get in several tests.

use bellwether::App;
use bellwether::auth::access::{Caller, Scope};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{EVALUATE_TESTS, Operation};
use bellwether::runtime::assigning;
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::NamedByKind;
use bellwether::runtime::{Call, Endpoint};
use domain::experiment::Experiment;
use domain::experiment::unit::UnitBody;
use serde_json::{Value, json};

use crate::expose::Exposed;
use crate::parameters::used;
use crate::peeked::Peeked;
use crate::selection::{Options, Selection};

#[derive(Debug)]
pub struct EvaluateTests;

impl Endpoint for EvaluateTests {
    const OPERATION: &'static Operation = &EVALUATE_TESTS;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, mut call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let (units, options) = request(app, &mut call.body)?;
        if options.expose {
            call.require(Scope::AssignmentsWrite)?;
        }
        let wanted = options.wanted(units.count())?;
        let (workspace, now) = (&call.caller.workspace, app.clock.now());
        let selection = Selection::read(app, workspace, &wanted, units.count(), now).await?;
        let bodies = units.prepare("unit_id", deadline, |item| assigning::unit(app, item)).await;
        let settings = app.store.workspaces.recent(workspace, now).await?;
        let tests: Vec<&Experiment> = selection.tests.iter().map(AsRef::as_ref).collect();
        let sent: Vec<&str> = bodies.items().map(UnitBody::unit_id).collect();
        let named = NamedByKind::read(app, workspace, &settings, &tests, &sent, now).await?;
        let mut response = if options.expose {
            let read = |body| Exposed::of(workspace, &selection, &body, &named, now);
            let asked = bodies.refine(deadline, read).await;
            let pairs = asked.items().flat_map(Exposed::undecided);
            let stored = app.store.events.stored(workspace, pairs, now, deadline - batch::RESERVE).await;
            let each = async |unit: Exposed<'_>| unit.store(app, workspace, &selection, &stored, now).await;
            asked.run("evaluations", "unit_id", deadline, each).await?
        } else {
            let read = |body| Peeked::of(workspace, &selection, &body, &named, now);
            let asked = bodies.refine(deadline, read).await;
            let pairs = asked.items().flat_map(Peeked::pairs);
            let stored = app.store.events.stored(workspace, pairs, now, deadline - batch::RESERVE).await;
            let each = async |unit: Peeked<'_>| unit.answer(&selection, &stored);
            asked.run("evaluations", "unit_id", deadline, each).await?
        };
        response["parameters"] = used(&response, &selection.tests);
        response["next"] = json!(selection.next);
        Reply::ok(&response)
    }
}

/// Separates the units of a request from its other fields.
fn request(app: &App, body: &mut Unscreened) -> Result<(Batch, Options), Problem> {
    let units = match Batch::parse(body.split_off("units"), "units")? {
        Batch::One(_) => return Err(Problem::field("/units", "must be a list of 1 to 100")),
        many @ Batch::Many(_) => many,
    };
    let rest = std::mem::replace(body, Unscreened::of(Value::Null));
    Ok((units, rest.screened(app.screen)?.into_inner()))
}
