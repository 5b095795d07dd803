//! `POST /tests/{test_id}/preview`: what a test decides about accounts and why, as if it ran, and preview tokens.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::auth::preview::{LONGEST_SECONDS, Preview, USUAL_SECONDS};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{EVALUATE_TESTS_PREVIEW, Operation};
use bellwether::runtime::assigning::{self, Foreseen};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::NamedByKind;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::stored::Stored;
use domain::clock::Timestamp;
use domain::experiment::condition::explain::{Explainer, Explanation};
use domain::experiment::condition::{Mismatch, Mismatches};
use domain::experiment::unit::UnitBody;
use domain::experiment::{Experiment, ExperimentId, Reason, Status, Workspace};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::parameters::used;

#[derive(Debug)]
pub struct PreviewTest;

/// The shortest validity of a token, in seconds.
const SHORTEST_SECONDS: i64 = 60;

/// The fields of a request besides its units.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The variant of a preview token.
    force: Option<String>,
    /// The validity of the token in seconds.
    expires_in: Option<i64>,
}

impl Endpoint for PreviewTest {
    const OPERATION: &'static Operation = &EVALUATE_TESTS_PREVIEW;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, path: test_id, mut body, .. } = call;
        let units = body.has("units").then(|| body.split_off("units"));
        let options: Options = body.screened(app.screen)?.into_inner();
        let units = options.units(units)?;
        let now = app.clock.now();
        let test = app.store.experiments.get(&caller.workspace, &test_id).await?.ok_or(Problem::NotFound)?;
        let token = options.token(&caller.workspace, &test, now)?;
        let mut response = match units {
            Some(units) => explained(app, &caller.workspace, &test, units, now, deadline).await?,
            None => json!({ "evaluations": [], "parameters": {} }),
        };
        response["test_id"] = json!(test_id);
        response["status"] = json!(test.status);
        response["phase"] = json!(test.phase);
        response["revision"] = json!(test.revision);
        response["preview"] = token.unwrap_or_default();
        Reply::ok(&response)
    }
}

impl Options {
    /// The units of the request. Only a request for a token may omit them.
    fn units(&self, units: Option<Unscreened>) -> Result<Option<Batch>, Problem> {
        match units.map(|units| Batch::parse(units, "units")).transpose()? {
            None if self.force.is_some() => Ok(None),
            None | Some(Batch::One(_)) => Err(Problem::field("/units", "must be a list of 1 to 100")),
            many => Ok(many),
        }
    }

    /// The preview token, if one is requested.
    fn token(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        now: Timestamp,
    ) -> Result<Option<Value>, Problem> {
        let Some(force) = &self.force else {
            let refused = Problem::field("/expires_in", "must be omitted without force");
            return if self.expires_in.is_none() { Ok(None) } else { Err(refused) };
        };
        let seconds = self.expires_in.unwrap_or(USUAL_SECONDS);
        if !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) {
            return Err(Problem::field("/expires_in", "must be 60 to 86400 seconds"));
        }
        let variant = test.definition.variants.iter().find(|own| own.key.as_str() == force);
        let variant = variant.ok_or_else(|| Problem::field("/force", "is not a variant of this test"))?;
        if test.status == Status::Archived {
            return Err(Problem::Conflict("The test is archived and has no previews.".to_owned()));
        }
        let key = test.preview_key.as_ref().ok_or_else(|| {
            let detail = "The test is older than previews. Change it once, for example its name, and request the token again.";
            Problem::Conflict(detail.to_owned())
        })?;
        let preview = Preview::of(test, variant, seconds, now);
        let token = preview.sign(workspace, key).map_err(Problem::internal)?;
        let expires_at = Timestamp::from_seconds(preview.exp);
        Ok(Some(json!({ "token": token.expose_secret(), "variant": variant.key, "expires_at": expires_at })))
    }
}

/// Decides about each unit as if the test ran, and explains why it is not targeted.
async fn explained(
    app: &App,
    workspace: &Workspace,
    test: &Experiment,
    units: Batch,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Problem> {
    let running = as_running(test);
    let explainer = Explainer::new(&running.definition.targeting);
    let bodies = units.prepare("unit_id", deadline, |item| assigning::unit(app, item)).await;
    let settings = app.store.workspaces.recent(workspace, now).await?;
    let sent: Vec<&str> = bodies.items().map(UnitBody::unit_id).collect();
    let named = NamedByKind::read(app, workspace, &settings, &[&running], &sent, now).await?;
    let read = |body| Explained::read((workspace, now), &running, &explainer, &named, body);
    let asked = bodies.refine(deadline, read).await;
    let has_rows = test.status != Status::Draft;
    let pairs = asked.items().filter(|_| has_rows).filter_map(|own| own.foreseen.pair());
    let stored = app.store.events.stored(workspace, pairs, now, deadline - batch::RESERVE).await;
    let mismatches = Mismatches::count(asked.items().flat_map(|own| &own.mismatches));
    let each = async |own: Explained<'_>| own.answer(test, has_rows.then_some(&stored));
    let mut response = asked.run("evaluations", "unit_id", deadline, each).await?;
    response["parameters"] = used(&response, &[&running])[test.definition.test_id.as_str()].take();
    if response["parameters"].is_null() {
        response["parameters"] = json!({});
    }
    if !mismatches.is_empty() {
        response["type_mismatches"] = json!(mismatches);
    }
    Ok(response)
}

/// The test as it would decide while it runs. A shipped test stays shipped.
fn as_running(test: &Experiment) -> Experiment {
    let status = if test.status == Status::Shipped { Status::Shipped } else { Status::Running };
    Experiment { status, ..test.clone() }
}

/// A unit with its decision and the reasons why it is not targeted.
struct Explained<'t> {
    foreseen: Foreseen<'t>,
    explanation: Option<Explanation>,
    mismatches: Vec<Mismatch>,
}

impl<'t> Explained<'t> {
    fn read(
        (workspace, now): (&Workspace, Timestamp),
        test: &'t Experiment,
        explainer: &Explainer,
        named: &NamedByKind,
        body: UnitBody,
    ) -> Result<Self, Problem> {
        if body.preview().is_some() {
            let detail = "must be omitted: this operation explains the test's decision";
            return Err(Problem::field("/preview", detail));
        }
        let unit = named.unit(test, body)?;
        let targeting = &test.definition.targeting;
        let left_out = targeting.is_met_by(&unit.attributes).is_ok_and(|is_met| !is_met);
        let explanation = left_out.then(|| explainer.explain(&unit.attributes));
        let mismatches = if left_out { targeting.mismatches(&unit.attributes) } else { Vec::new() };
        Ok(Self { foreseen: Foreseen::of_unit(workspace, test, &unit, now), explanation, mismatches })
    }

    /// The row of the unit in the response. Without `stored`, the test has no assignments.
    fn answer(self, test: &Experiment, stored: Option<&Stored>) -> Result<Value, Problem> {
        let peek = match stored {
            Some(stored) => self.foreseen.peek(stored)?,
            None => self.foreseen.peek_unstored()?,
        };
        // The start of the test chooses the seed that balances listed units.
        let at_start = test.status == Status::Draft
            && test.definition.known_units.is_some()
            && peek.reason == Reason::Assigned;
        let variant = peek.variant.filter(|_| !at_start);
        let mut row = json!({
            "test_id": peek.test_id, "unit_id": self.foreseen.unit,
            "variant": variant, "reason": peek.reason, "stored": peek.stored
        });
        if at_start {
            row["drawn_at_start"] = json!(true);
        }
        if let Some(Explanation { failed, truncated }) = self.explanation {
            row["failed"] = json!(failed);
            row["failed_truncated"] = json!(truncated);
        }
        Ok(row)
    }
}
