//! `POST /conversions`: records an outcome in every test of the workspace that shares its goal, or up to 100 outcomes
//! under `events`.
//!
//! Each test gets its own row, as from `POST /tests/{test_id}/conversions`. An outcome is acknowledged only when every
//! test that can have it has it. A retry repeats all writes: what is recorded is recognized, and the rest is added.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, RECORD_CONVERSION_SHARED};
use bellwether::runtime::batch::{self, Batch, Prepared};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::named::Named;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::live::LiveTests;
use bellwether::store::outcomes::Recorded;
use domain::clock::Timestamp;
use domain::experiment::conversion::ConversionBody;
use domain::experiment::{Entry, EventId, Experiment, ExperimentId, UnitKind, UnitName};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use serde_json::{Value, json};

use super::screened;

/// The maximum number of writes for a list of outcomes, over all tests.
const WRITES: usize = 100;
/// The maximum number of concurrent writes for one outcome.
const AT_ONCE: usize = 16;

#[derive(Debug)]
pub struct RecordConversionShared;

impl Endpoint for RecordConversionShared {
    const OPERATION: &'static Operation = &RECORD_CONVERSION_SHARED;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, body, .. } = call;
        let batch = Batch::parse(body, "events")?;
        let now = app.clock.now();
        let (tests, settings) = tokio::join!(
            app.store.experiments.live(&caller.workspace, now),
            app.store.workspaces.recent(&caller.workspace, now)
        );
        let (tests, settings) = (tests?, settings?);
        let bodies = batch.prepare("event_id", deadline, |item| screened(app, item)).await;
        let mut named = HashMap::new();
        for kind in tests.iter().map(|test| test.definition.unit_kind).collect::<HashSet<_>>() {
            let units = bodies.items().map(ConversionBody::unit_id);
            let read = Named::read(app, &caller.workspace, &settings, kind, units, now).await?;
            named.insert(kind, read);
        }
        let shared = bodies.refine(deadline, |body| Shared::read(&tests, &body, &named, now)).await;
        check_writes(&shared)?;
        let each = |shared: Shared| shared.record(app, &caller, now);
        Reply::accepted(&shared.run("conversions", "event_id", deadline, each).await?)
    }
}

/// Refuses a list whose outcomes make too many writes.
fn check_writes(shared: &Prepared<Shared>) -> Result<(), Problem> {
    let writes: usize = shared.items().map(|item| item.entries.len()).sum();
    let (count, most) = (shared.items().count(), shared.items().map(|item| item.entries.len()).max());
    if writes <= WRITES || count <= 1 {
        return Ok(());
    }
    let fit = (WRITES / most.unwrap_or(1)).max(1);
    Err(Problem::field(
        "/events",
        format!(
            "makes {writes} writes, because tests share these goals, and a request can make {WRITES}; send at most {fit} events in a request"
        ),
    ))
}

/// An outcome, with the entry of each test that can have it.
struct Shared {
    event_id: EventId,
    entries: Vec<(Arc<Experiment>, Entry)>,
    /// The tests in which the unit was erased. Nothing is stored there.
    suppressed: Vec<(Arc<Experiment>, Entry)>,
    /// The text by which the caller named the unit.
    sent: String,
    /// The tests that cannot have it, such as one whose goal of this name has another kind.
    unfit: Vec<(Arc<Experiment>, Problem)>,
}

impl Shared {
    /// Reads an outcome for each test. `named` has the accounts for each kind of units that tests have.
    fn read(
        tests: &LiveTests,
        body: &ConversionBody,
        named: &HashMap<UnitKind, Named>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let (mut entries, mut unfit) = (Vec::new(), Vec::new());
        for test in tests.iter().filter(|test| test.definition.shares(body.goal())) {
            let account = named.get(&test.definition.unit_kind).and_then(|own| own.account(body.unit_id()));
            match Entry::named(body.clone(), test, account.map(|own| &own.unit_id), now) {
                Ok(entry) => entries.push((test.clone(), entry)),
                Err(why) => unfit.push((test.clone(), Problem::from(why))),
            }
        }
        match (entries.first(), unfit.is_empty()) {
            (Some((_, entry)), _) => {
                let (event_id, sent) = (entry.event.event_id().clone(), body.unit_id().to_owned());
                let is_erased = |(test, entry): &(Arc<Experiment>, Entry)| {
                    let named = named.get(&test.definition.unit_kind);
                    named.is_some_and(|own| own.is_erased(entry.event.unit_id()))
                };
                let (suppressed, entries) = entries.into_iter().partition(is_erased);
                Ok(Self { event_id, entries, suppressed, sent, unfit })
            }
            (None, false) => Err(unfit.swap_remove(0).1),
            (None, true) => {
                let detail =
                    "is not a shared goal of any test that is running, or whose windows are still open";
                Err(Problem::field("/goal", detail))
            }
        }
    }

    fn in_test<'t>(&self, test: &'t Experiment, entry: &Entry, duplicate: bool) -> InTest<'t> {
        let unit = entry.event.unit_id().clone();
        let name = UnitName::new(unit, test.definition.unit_kind, self.sent.clone());
        InTest { test_id: &test.definition.test_id, name, duplicate, suppressed: false }
    }

    /// Records the outcome in all tests.
    ///
    /// # Errors
    /// 503 if a test could not be reached; then 409 if a test has other content.
    async fn record(self, app: &App, caller: &Caller, now: Timestamp) -> Result<Value, Problem> {
        let (events, workspace) = (&app.store.events, &caller.workspace);
        let mut writes = Vec::new();
        for (test, entry) in &self.entries {
            writes.push(events.convert(workspace, test, entry, now));
        }
        let recorded: Vec<_> = stream::iter(writes).buffered(AT_ONCE).collect().await;
        let (mut tests, mut different) = (Vec::new(), Vec::new());
        for ((test, entry), recorded) in self.entries.iter().zip(recorded) {
            match recorded? {
                Recorded::Different => different.push(test.definition.test_id.to_string()),
                done => tests.push(self.in_test(test, entry, done == Recorded::Repeated).json()?),
            }
        }
        if !different.is_empty() {
            return Err(Problem::Conflict(format!(
                "This version of the outcome is recorded with other content in {}. To correct the outcome, send it with a higher version.",
                different.join(", ")
            )));
        }
        let unfit = self.unfit.iter().map(
            |(test, problem)| json!({ "test_id": test.definition.test_id, "problem": problem.document() }),
        );
        tests.extend(unfit);
        for (test, entry) in &self.suppressed {
            tests.push(InTest { suppressed: true, ..self.in_test(test, entry, false) }.json()?);
        }
        Ok(json!({ "event_id": self.event_id, "tests": tests }))
    }
}

/// What happened in a test that can have the outcome.
#[derive(Serialize)]
struct InTest<'a> {
    test_id: &'a ExperimentId,
    #[serde(flatten)]
    name: UnitName,
    duplicate: bool,
    /// Whether the unit was erased, so that nothing was stored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suppressed: bool,
}

impl InTest<'_> {
    fn json(&self) -> Result<Value, Problem> {
        serde_json::to_value(self).map_err(Problem::internal)
    }
}
