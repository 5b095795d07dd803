//! `POST /tests/{test_id}/events/lookup`: returns what is recorded for an account, or for up to 100 accounts under
//! `units`, so that a CRM can be compared with it. Each account is one query.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LOOK_UP_EVENTS, Operation};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::Named;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::key::EventKey;
use bellwether::store::outcomes::StoredEvent;
use domain::clock::Dated;
use domain::experiment::{Conversion, Event, Experiment, ExperimentId, UnitId, UnitName, Workspace};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cursor;

/// The number of versions of outcomes on a page, for each account.
pub(super) const PAGE: u16 = 100;

#[derive(Debug)]
pub struct LookUpEvents;

/// An account whose outcomes are requested.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitBody {
    unit_id: String,
    next: Option<String>,
}

/// An account, and the version after which its page begins.
struct Requested {
    name: UnitName,
    unit: UnitId,
    after: Option<EventKey>,
}

impl Endpoint for LookUpEvents {
    const OPERATION: &'static Operation = &LOOK_UP_EVENTS;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, path: test_id, mut body, .. } = call;
        body.wrap_items("units", "unit_id");
        let batch = Batch::parse(body, "units")?;
        let now = app.clock.now();
        let (test, settings) = tokio::join!(
            app.store.experiments.recent(&caller.workspace, &test_id, now),
            app.store.workspaces.recent(&caller.workspace, now)
        );
        let (test, settings) = (test?.ok_or(Problem::NotFound)?, settings?);
        let screened = |item: Unscreened| Ok(item.screened(app.screen)?.into_inner());
        let bodies = batch.prepare("unit_id", deadline, screened).await;
        let sent = bodies.items().map(|body: &UnitBody| body.unit_id.as_str());
        let kind = test.definition.unit_kind;
        let named = Named::read(app, &caller.workspace, &settings, kind, sent, now).await?;
        let parse = |body| Requested::parse(body, &caller.workspace, &test, &named);
        let requested = bodies.refine(deadline, parse).await;
        let each = |requested| page(app, &caller.workspace, &test, requested);
        Reply::ok(&requested.run("units", "unit_id", deadline, each).await?)
    }
}

impl Requested {
    /// Parses an entry. An alias of the directory names its account.
    fn parse(
        body: UnitBody,
        workspace: &Workspace,
        test: &Experiment,
        named: &Named,
    ) -> Result<Self, Problem> {
        let kind = test.definition.unit_kind;
        let unit = match named.account(&body.unit_id) {
            Some(account) => account.unit_id.clone(),
            None => kind.unit(&body.unit_id).map_err(|e| Problem::field("/unit_id", e.to_string()))?,
        };
        let name = UnitName::new(unit.clone(), kind, body.unit_id);
        let after = body.next.map(|next| {
            let read = cursor::read(&next, workspace, test, &unit);
            read.ok_or_else(|| {
                Problem::field("/next", "must be the `next` of an earlier page of this account and test")
            })
        });
        Ok(Self { name, unit, after: after.transpose()? })
    }
}

async fn page(
    app: &App,
    workspace: &Workspace,
    test: &Experiment,
    Requested { name, unit, after }: Requested,
) -> Result<Value, Problem> {
    let page = app.store.events.outcomes(workspace, test, &unit, after.as_ref(), PAGE).await?;
    let last = page.events.last().filter(|_| page.more).map(|(stored, _)| &stored.event);
    let next = last.map(|event| cursor::write(event, workspace, test));
    let events: Vec<Value> = page.events.iter().map(|(stored, replaced)| line(stored, *replaced)).collect();
    let mut answer = serde_json::to_value(name).map_err(Problem::internal)?;
    (answer["events"], answer["next"]) = (json!(events), json!(next));
    Ok(answer)
}

fn line(stored: &StoredEvent, replaced: bool) -> Value {
    let event = &stored.event;
    let mut line = json!({
        "goal": event.goal(),
        "event_id": event.event_id(),
        "version": event.version(),
        "void": matches!(event, Event::Voided(_)),
        "replaced": replaced,
    });
    if let Event::Converted(Conversion { value, occurred_at, .. }) = event {
        line["value"] = json!(value);
        let written = String::from(occurred_at.written());
        line["occurred_at"] = match occurred_at {
            Dated::At(_) => json!(written),
            Dated::Day(_) => json!(written.chars().take("2026-11-21".len()).collect::<String>()),
        };
    }
    if let Some(at) = stored.recorded_at {
        line["recorded_at"] = json!(at);
    }
    line
}
