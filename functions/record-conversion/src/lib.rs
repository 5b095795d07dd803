//! `POST /tests/{test_id}/conversions`: records an outcome of an account, or up to 100 under `events`.
//!
//! Each version of an outcome is stored once under its `event_id`, whether or not its account is assigned. Whether it counts
//! is decided when results are read. With `check`, the response shows for each unit whether it is assigned.
//! `POST /conversions` ([`shared`]) does the same for every test that shares the goal.

mod check;
mod shared;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, RECORD_CONVERSION};
use bellwether::runtime::batch::{self, Batch, Prepared};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::Named;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::outcomes::Recorded;
use bellwether::store::reach::Keyed;
use check::Units;
use domain::clock::Timestamp;
use domain::experiment::conversion::{self, ConversionBody};
use domain::experiment::{Entry, EventId, Experiment, ExperimentId, UnitName, Version};
use serde::Serialize;
use serde_json::Value;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<RecordConversion>(), Handled::by::<shared::RecordConversionShared>()])
        .reading(Keyed::Tests);

#[derive(Debug)]
struct RecordConversion;

impl Endpoint for RecordConversion {
    const OPERATION: &'static Operation = &RECORD_CONVERSION;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, path: test_id, mut body, .. } = call;
        let check = body.has("events") && body.take_flag("check")?;
        let batch = Batch::parse(body, "events")?;
        let now = app.clock.now();
        let (test, settings) = tokio::join!(
            app.store.experiments.recent(&caller.workspace, &test_id, now),
            app.store.workspaces.recent(&caller.workspace, now)
        );
        let (test, settings) = (test?.ok_or(Problem::NotFound)?, settings?);
        if !conversion::is_open(test.status) {
            let status = test.status.as_str();
            return Err(Problem::Conflict(format!(
                "The test is {status} and accepts no conversions; it accepts them from its first start until it is archived."
            )));
        }
        let bodies = batch.prepare("event_id", deadline, |item| screened(app, item)).await;
        let kind = test.definition.unit_kind;
        let texts = bodies.items().map(ConversionBody::unit_id);
        let named = Named::read(app, &caller.workspace, &settings, kind, texts, now).await?;
        let conversions = bodies.refine(deadline, |body| read(&test, body, &named, now)).await;
        let units =
            if check { Some(Units::of(app, &caller, &test, entries(&conversions)).await?) } else { None };
        let each = |read| record(app, &caller, &test, read, units.as_ref());
        Reply::accepted(&conversions.run("conversions", "event_id", deadline, each).await?)
    }
}

/// An entry of the request, and how the response names its unit.
struct Read {
    entry: Entry,
    name: UnitName,
    /// Whether the unit was erased, so that nothing is stored.
    suppressed: bool,
}

fn screened(app: &App, item: Unscreened) -> Result<ConversionBody, Problem> {
    Ok(item.screened(app.screen)?.into_inner())
}

fn read(test: &Experiment, body: ConversionBody, named: &Named, now: Timestamp) -> Result<Read, Problem> {
    let sent = body.unit_id().to_owned();
    let account = named.account(&sent).map(|account| &account.unit_id);
    let entry = Entry::named(body, test, account, now)?;
    let name = UnitName::new(entry.event.unit_id().clone(), test.definition.unit_kind, sent);
    let suppressed = named.is_erased(entry.event.unit_id());
    Ok(Read { entry, name, suppressed })
}

/// The response about one entry.
#[derive(Serialize)]
struct Response<'a> {
    event_id: &'a EventId,
    #[serde(flatten)]
    name: UnitName,
    duplicate: bool,
    /// Whether the unit is assigned, if the request asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// Whether the unit was erased, so that nothing was stored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suppressed: bool,
}

fn entries(read: &Prepared<Read>) -> impl Iterator<Item = &Entry> {
    read.items().map(|read| &read.entry)
}

async fn record(
    app: &App,
    caller: &Caller,
    test: &Experiment,
    Read { entry, name, suppressed }: Read,
    units: Option<&Units>,
) -> Result<Value, Problem> {
    let now = app.clock.now();
    let event = &entry.event;
    if suppressed {
        let response =
            Response { event_id: event.event_id(), name, duplicate: false, unit: None, suppressed };
        return serde_json::to_value(response).map_err(Problem::internal);
    }
    let duplicate = match app.store.events.convert(&caller.workspace, test, &entry, now).await? {
        Recorded::New => false,
        Recorded::Repeated => true,
        Recorded::Different => return Err(different(event.version())),
    };
    let unit = units.map(|units| units.word(test, event.unit_id()));
    let response = Response { event_id: event.event_id(), name, duplicate, unit, suppressed };
    serde_json::to_value(response).map_err(Problem::internal)
}

fn different(version: Version) -> Problem {
    Problem::Conflict(format!(
        "Version {version} of this outcome is recorded with other content, which remains. To correct the outcome, send it with a higher version."
    ))
}
