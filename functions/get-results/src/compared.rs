//! Several tests compared by their latest stored reports. The events are not read: two calls read the tests and
//! their reports, however many tests are requested.

use std::collections::BTreeSet;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{GET_RESULTS_COMPARED, Operation};
use bellwether::runtime::{Call, Endpoint};
use domain::experiment::{Experiment, ExperimentId};
use domain::results::programme::{Programme, Requested};
use domain::results::report::stored::StoredReport;

/// The maximum number of tests in one request. At 400 KB each, their reports are below the 16 MB of a response
/// while most are far smaller; DynamoDB leaves the others unread, and they are requested again.
const MAX_TESTS: usize = 50;

#[derive(Debug)]
pub(super) struct Compare;

impl Endpoint for Compare {
    const OPERATION: &'static Operation = &GET_RESULTS_COMPARED;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let test_ids = test_ids(call.query("tests")?)?;
        let workspace = &call.caller.workspace;
        let tests = app.store.experiments.get_all(workspace, &test_ids).await?;
        let existing: Vec<Experiment> = tests.iter().flatten().cloned().collect();
        let reports = match existing.as_slice() {
            [] => Vec::new(),
            some => app.store.summaries.latest_of(workspace, some).await?,
        };
        let mut reports = reports.iter();
        let requested: Vec<_> = test_ids
            .iter()
            .zip(&tests)
            .map(|(test_id, test)| {
                // Only existing tests have an entry among the reports.
                let stored = test.as_ref().and_then(|_| reports.next()).and_then(Option::as_ref);
                let report = stored.and_then(StoredReport::report);
                Requested { test_id, test: test.as_ref(), report }
            })
            .collect();
        Reply::ok(&Programme::new(&requested))
    }
}

/// Parses the names of 1 to [`MAX_TESTS`] tests, separated by commas, each once.
fn test_ids(text: Option<&str>) -> Result<Vec<ExperimentId>, Problem> {
    let refused = |detail: String| Problem::field("?tests", detail);
    let text =
        text.ok_or_else(|| refused("is required: the names of tests, separated by commas".to_owned()))?;
    let names: Result<Vec<ExperimentId>, _> = text.split(',').map(ExperimentId::parse).collect();
    let names = names.map_err(|_| {
        refused("must contain names of tests, such as pricing-page-q4, separated by commas".to_owned())
    })?;
    if names.len() > MAX_TESTS {
        return Err(refused(format!("must contain at most {MAX_TESTS} tests")));
    }
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err(refused("must not contain a test twice".to_owned()));
    }
    Ok(names)
}
