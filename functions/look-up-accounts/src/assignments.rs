//! `POST /accounts/assignments`: what accounts were assigned in every test and phase, and what they have or would get
//! now. No account is assigned.

use std::collections::{BTreeSet, HashMap};

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LOOK_UP_ACCOUNTS_ASSIGNMENTS, Operation};
use bellwether::runtime::assigning;
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::looked_up::PhaseOf;
use domain::experiment::unit::UnitBody;
use domain::experiment::{
    Assignment, Experiment, ExperimentId, Peek, Reason, Status, Unit, UnitId, Workspace, foresee,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The number of tests in a page.
const TESTS: i32 = 25;
/// The number of rows that a page reads, unless its first test alone has more.
const ROWS: usize = 2_000;
/// The number of phases of a test that are shown, the latest first.
const PHASES: usize = 20;

#[derive(Debug)]
pub struct LookUpAssignments;

/// The fields of a request besides its units.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The test after which the page begins.
    after: Option<String>,
}

/// The stored assignments of a page, by test, phase and unit.
type Rows<'p> = HashMap<(&'p ExperimentId, u32, &'p UnitId), Assignment>;

impl Endpoint for LookUpAssignments {
    const OPERATION: &'static Operation = &LOOK_UP_ACCOUNTS_ASSIGNMENTS;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, mut body, .. } = call;
        let units = match Batch::parse(body.split_off("units"), "units")? {
            Batch::One(_) => return Err(Problem::field("/units", "must be a list of 1 to 100")),
            many @ Batch::Many(_) => many,
        };
        let options: Options = body.screened(app.screen)?.into_inner();
        let after = options.after.map(ExperimentId::parse).transpose();
        let after = after.map_err(|why| Problem::field("/after", why.to_string()))?;
        let asked = units.prepare("unit_id", deadline, |item| LookedUp::read(app, item)).await;
        let (tests, next) = page(app, &caller.workspace, after.as_ref(), asked.items().count()).await?;
        let bodies: Vec<&UnitBody> = asked.items().map(|own| &own.body).collect();
        let units = in_tests(&tests, &bodies);
        let wanted = wanted(&tests, &units);
        let found = app.store.events.in_phases(&caller.workspace, &wanted).await?;
        let keys = wanted.iter().map(|(test, phase, unit)| (&test.definition.test_id, *phase, *unit));
        let rows: Rows<'_> = keys.zip(found).filter_map(|(key, row)| Some((key, row?))).collect();
        let each = async |own: LookedUp| {
            let tests: Vec<Value> = tests.iter().map(|test| own.in_test(test, &rows)).collect();
            Ok(json!({ "unit_id": own.body.sent_as(), "tests": tests }))
        };
        let mut response = asked.run("accounts", "unit_id", deadline, each).await?;
        response["next"] = json!(next);
        Reply::ok(&response)
    }
}

/// Reads one page of started and archived tests, with at most [`ROWS`] rows of this many units unless the first test
/// alone has more.
async fn page(
    app: &App,
    workspace: &Workspace,
    after: Option<&ExperimentId>,
    units: usize,
) -> Result<(Vec<Experiment>, Option<ExperimentId>), Problem> {
    let (mut tests, mut next) = app.store.experiments.page(workspace, after, TESTS).await?;
    let mut rows = 0;
    let fits = |test: &Experiment| {
        rows += phases(test).count() * units;
        rows <= ROWS
    };
    let most = tests.iter().map(fits).take_while(|fits| *fits).count().max(1);
    if most < tests.len() {
        tests.truncate(most);
        next = tests.last().map(|test| test.definition.test_id.clone());
    }
    tests.retain(|test| test.status != Status::Draft);
    Ok((tests, next))
}

/// The phases of a test to read, the latest first. A draft has none.
fn phases(test: &Experiment) -> impl Iterator<Item = u32> + use<> {
    let last = if test.status == Status::Draft { 0 } else { test.phase };
    (1..=last).rev().take(PHASES)
}

/// The distinct units of each test. What is not a unit of a test fails in the place of that test.
fn in_tests(tests: &[Experiment], bodies: &[&UnitBody]) -> Vec<BTreeSet<UnitId>> {
    let of = |test| {
        bodies.iter().filter_map(|body| Unit::parse((*body).clone(), test).ok()).map(|unit| unit.id).collect()
    };
    tests.iter().map(of).collect()
}

fn wanted<'p>(tests: &'p [Experiment], units: &'p [BTreeSet<UnitId>]) -> Vec<PhaseOf<'p>> {
    let of = |(test, units): (&'p Experiment, &'p BTreeSet<UnitId>)| {
        phases(test).flat_map(move |phase| units.iter().map(move |unit| (test, phase, unit)))
    };
    tests.iter().zip(units).flat_map(of).collect()
}

/// A unit of the request.
struct LookedUp {
    body: UnitBody,
    has_attributes: bool,
}

impl LookedUp {
    fn read(app: &App, item: Unscreened) -> Result<Self, Problem> {
        let has_attributes = item.has("attributes");
        let body = assigning::unit(app, item)?;
        match body.assigning_field() {
            Some(name) => {
                Err(Problem::field(format!("/{name}"), "must be omitted: a look-up assigns no unit"))
            }
            None => Ok(Self { body, has_attributes }),
        }
    }

    /// What the unit has or would get in a test now, and its stored assignment in each phase.
    fn in_test(&self, test: &Experiment, rows: &Rows<'_>) -> Value {
        let test_id = &test.definition.test_id;
        let unit = match Unit::parse(self.body.clone(), test) {
            Ok(unit) => unit,
            Err(broken) => return json!({ "test_id": test_id, "problem": Problem::from(broken).document() }),
        };
        let stored = |phase| rows.get(&(test_id, phase, &unit.id));
        let assigned = phases(test).filter_map(|phase| Some(row_of(test, &unit.id, phase, stored(phase)?)));
        let mut row = json!({
            "test_id": test_id, "unit_id": unit.id, "status": test.status, "phase": test.phase,
            "assignments": assigned.collect::<Vec<_>>()
        });
        let decision = foresee(test, &unit);
        match decision.and_then(|decision| Peek::of(test, &decision, stored(test.phase))) {
            Ok(peek) if peek.reason == Reason::NotTargeted && !self.has_attributes => {
                (row["variant"], row["reason"]) = (Value::Null, json!("attributes_required"));
            }
            Ok(peek) => (row["variant"], row["reason"]) = (json!(peek.variant), json!(peek.reason)),
            Err(broken) => return json!({ "test_id": test_id, "problem": Problem::from(broken).document() }),
        }
        if let Some(chosen) = test.definition.overrides.get(&unit.id) {
            row["override"] = json!(chosen);
        }
        row
    }
}

/// A stored assignment. One that had an override before it is not in the results.
fn row_of(test: &Experiment, unit: &UnitId, phase: u32, row: &Assignment) -> Value {
    let omitted = phase == test.phase && test.was_overridden(unit, row.assigned_at);
    json!({
        "phase": phase, "variant": row.variant, "assigned_at": row.assigned_at, "revision": row.revision,
        "omitted": omitted
    })
}
