//! `GET /metrics`: the workspace's tests and the deployment's sign-ins, for Prometheus.
//!
//! All data comes from DynamoDB: the reports that `summarize-tests` stores and the counters of sign-ins.
//! `bellwether::telemetry::measured` defines the content of the page, and `bellwether::telemetry::exposition`
//! its format.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{EXPORT_METRICS, Operation};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::StoreError;
use bellwether::store::counters::SignIn;
use bellwether::store::reach::Keyed;
use bellwether::telemetry::exposition::Format;
use bellwether::telemetry::measured::Page;
use domain::experiment::{Experiment, Status, Workspace};
use domain::results::report::stored::StoredReport;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lambda_http::http::header::ACCEPT;

/// The number of reports that one call reads. At 400 KB each, they stay below the 16 MB of a response.
const BY_ONE_CALL: usize = 25;
/// The number of concurrent calls.
const SIDE_BY_SIDE: usize = 2;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<ExportMetrics>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct ExportMetrics;

impl Endpoint for ExportMetrics {
    const OPERATION: &'static Operation = &EXPORT_METRICS;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let accept = call.request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let format = Format::accepted(accept);
        let sign_ins = try_join_all(SignIn::ALL.map(|outcome| sign_ins(app, outcome))).await?;
        let mut tests = app.store.experiments.started(&call.caller.workspace).await?;
        tests.sort_by_key(|test| test.status != Status::Running);
        let mut page = Page::new(&call.caller.workspace, &sign_ins, app.clock.now());
        // Reports that no longer fit on the page are not read, which bounds the cost of a page.
        let parts = 0..tests.len().div_ceil(BY_ONE_CALL);
        let parts_read = parts.map(|part| stored_reports(app, &call.caller.workspace, &tests, part));
        let mut parts_read = stream::iter(parts_read).buffered(SIDE_BY_SIDE);
        'page: while let Some((tests, reports)) = parts_read.try_next().await? {
            for (test, report) in tests.iter().zip(&reports) {
                if !page.add(test, report.as_ref()) {
                    break 'page;
                }
            }
        }
        Ok(Reply::text(format.write(&page.finish(tests.len())), format.content_type()))
    }
}

/// Returns a part of the tests with their stored reports.
async fn stored_reports<'a>(
    app: &App,
    workspace: &Workspace,
    tests: &'a [Experiment],
    part: usize,
) -> Result<(&'a [Experiment], Vec<Option<StoredReport>>), StoreError> {
    let tests = tests.chunks(BY_ONE_CALL).nth(part).unwrap_or_default();
    Ok((tests, app.store.summaries.latest_of(workspace, tests).await?))
}

async fn sign_ins(app: &App, outcome: SignIn) -> Result<(SignIn, u64), StoreError> {
    Ok((outcome, app.store.counters.signed_in(outcome).await?))
}
