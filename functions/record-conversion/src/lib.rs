//! `POST /tests/{test_id}/conversions`: records an outcome of an account, or up to 100 under `events`.
//!
//! Each version of an outcome is stored once under its `event_id`, whether or not its account is assigned. Whether it counts
//! is decided when results are read. With `check`, the response shows for each unit whether it is assigned.

mod check;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, RECORD_CONVERSION};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::outcomes::Recorded;
use bellwether::store::reach::Keyed;
use check::Units;
use domain::clock::Timestamp;
use domain::experiment::{Entry, Experiment, ExperimentId, Version, conversion};
use serde_json::{Value, json};

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<RecordConversion>()]).reading(Keyed::Tests);

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
        let test = app.store.experiments.recent(&caller.workspace, &test_id, now).await?;
        let test = test.ok_or(Problem::NotFound)?;
        if !conversion::is_open(test.status) {
            let status = test.status.as_str();
            return Err(Problem::Conflict(format!(
                "The test is {status} and accepts no conversions; it accepts them from its first start until it is archived."
            )));
        }
        let read = |item| read(app, &test, item, now);
        let conversions = batch.prepare("event_id", deadline, read).await;
        let units =
            if check { Some(Units::of(app, &caller, &test, conversions.items()).await?) } else { None };
        let each = |conversion| record(app, &caller, &test, conversion, units.as_ref());
        Reply::accepted(&conversions.run("conversions", "event_id", deadline, each).await?)
    }
}

fn read(app: &App, test: &Experiment, item: Unscreened, now: Timestamp) -> Result<Entry, Problem> {
    Ok(Entry::parse(item.screened(app.screen)?.into_inner(), test, now)?)
}

async fn record(
    app: &App,
    caller: &Caller,
    test: &Experiment,
    entry: Entry,
    units: Option<&Units>,
) -> Result<Value, Problem> {
    let now = app.clock.now();
    let event = &entry.event;
    let duplicate = match app.store.events.convert(&caller.workspace, test, &entry, now).await? {
        Recorded::New => false,
        Recorded::Repeated => true,
        Recorded::Different => return Err(different(event.version())),
    };
    let mut response = json!({ "event_id": event.event_id(), "duplicate": duplicate });
    if let Some(units) = units {
        response["unit"] = json!(units.word(test, event.unit_id()));
    }
    Ok(response)
}

fn different(version: Version) -> Problem {
    Problem::Conflict(format!(
        "Version {version} of this outcome is recorded with other content, which remains. To correct the outcome, send it with a higher version."
    ))
}
