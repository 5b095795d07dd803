//! `GET /tests/{test_id}/results`: returns the current results of the test.
//! `GET /results`: compares several tests (`compared.rs`).
//!
//! Results of an earlier phase (`?phase=`) are read under the definition that was in force at its end.
//!
//! Results are an aggregate of the stored events: `bellwether::store::events::Events::aggregate` reads them,
//! and `domain::results` counts and evaluates. `summarize-tests` stores a report for every running test. The
//! response is that report, unless the test has changed since or the caller sends `?fresh=true`. For a
//! shipped test, the first request after the results are final stores the final report. From then on, that
//! report is the response. A test that the schedule no longer counts, and whose report cannot be read, is
//! counted here regardless of its size.

mod compared;
#[cfg(test)]
mod tests;

use std::time::Instant;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{GET_RESULTS, Operation};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;
use bellwether::store::summaries::Summary;
use domain::experiment::{Experiment, ExperimentId, Status, Workspace};
use domain::results::cadence::is_final;
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use domain::results::report::stored::StoredReport;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<GetResults>(), Handled::by::<compared::Compare>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct GetResults;

impl Endpoint for GetResults {
    const OPERATION: &'static Operation = &GET_RESULTS;

    type Caller = Caller;
    type Path = ExperimentId;
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let fresh = fresh(call.query("fresh")?)?;
        let phase = call.query("phase")?.map(phase).transpose()?;
        let test =
            app.store.experiments.get(&call.caller.workspace, &call.path).await?.ok_or(Problem::NotFound)?;
        let test = of_phase(app, &call.caller.workspace, test, phase).await?;
        let Summary { latest, notices, series } =
            app.store.summaries.read(&call.caller.workspace, &test, app.clock.now()).await?;
        let report = match latest {
            Some(StoredReport::V1(stored)) if is_response(&test, &stored, fresh) => *stored,
            stored => aggregated(app, &call.caller.workspace, &test, stored, &notices).await?,
        };
        Reply::ok(&report.view(&series))
    }
}

/// Returns the test as it was at the end of a phase, or the current test if no phase is given.
async fn of_phase(
    app: &App,
    workspace: &Workspace,
    test: Experiment,
    phase: Option<u32>,
) -> Result<Experiment, Problem> {
    let Some(phase) = phase else { return Ok(test) };
    let phases = test.phase;
    let found = app.store.experiments.at_end_of(workspace, &test, phase).await?;
    found.ok_or_else(|| Problem::field("?phase", format!("must be a phase of the test, 1 to {phases}")))
}

/// Returns whether the stored report is the response: it is final, or the schedule replaces it, the test has not
/// changed and the caller did not request a fresh report.
fn is_response(test: &Experiment, stored: &Report, fresh: bool) -> bool {
    is_final(test, stored) || (!fresh && test.status == Status::Running && stored.as_of >= test.updated_at)
}

/// Counts now and stores a final report. For a test that is too large for a request, returns the stored report.
async fn aggregated(
    app: &App,
    workspace: &Workspace,
    test: &Experiment,
    stored: Option<StoredReport>,
    notices: &NoticeRecord,
) -> Result<Report, Problem> {
    let (as_of, began) = (app.clock.now(), Instant::now());
    let inline = app.limits.inline_units;
    // Nothing else will count this test, so it is counted once here, regardless of its size.
    let is_left = !test.status.is_live() && stored.as_ref().and_then(StoredReport::report).is_none();
    match (app.store.aggregate(workspace, test, (!is_left).then_some(inline), as_of).await?, stored) {
        (Some(totals), stored) => {
            // A test that the schedule no longer counts takes its last look here, at the first request after the last
            // window has ended.
            let is_due =
                |watched: &Watched| !test.status.is_live() && watched.is_last_look_due(test, &totals);
            let watched = app.store.summaries.watch(workspace, test, &totals, as_of, is_due).await?;
            let report = Report::new(test, &totals, as_of, stored.as_ref(), &watched);
            let test_id = &test.definition.test_id;
            app.telemetry.aggregated(as_of, workspace, test_id, totals.rows, began.elapsed());
            let is_large = report.units.values().sum::<u64>() > inline;
            // The warning contains a time, so the report is stored: otherwise each request would return another time.
            let is_lost = stored.is_some_and(|stored| stored.memory().is_none());
            let is_final = test.final_from().is_some_and(|from| as_of >= from);
            if is_final || (is_left && (is_large || is_lost)) {
                app.store.summaries.store(workspace, test, &report, notices).await?;
            }
            Ok(report)
        }
        (None, Some(StoredReport::V1(stored))) => Ok(*stored),
        (None, _) => {
            Err(Problem::Unavailable("the results of a large test have not been aggregated yet".to_owned()))
        }
    }
}

fn phase(text: &str) -> Result<u32, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let phase = text.parse().ok().filter(|phase| *phase > 0 && digits);
    phase.ok_or_else(|| Problem::field("?phase", "must be the number of a phase, 1 or more"))
}

fn fresh(text: Option<&str>) -> Result<bool, Problem> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::field("?fresh", "must be true or false")),
    }
}
