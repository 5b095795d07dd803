//! The count of one test. How often: `bellwether::results::cadence`.

use std::time::Instant;

use bellwether::App;
use bellwether::experiment::{ExperimentId, Status, Workspace};
use bellwether::http::problem::Problem;
use bellwether::results::cadence::is_due;
use bellwether::results::report::Report;

use crate::reweigh;

/// Folds a test that still runs, keeps its results, and gives an adaptive one its next weights.
pub async fn count(app: &App, workspace: &Workspace, test_id: &ExperimentId) -> Result<(), Problem> {
    let as_of = app.clock.now();
    let found = app.store.tests.get(workspace, test_id).await?;
    let Some(test) = found.filter(|test| test.status == Status::Running) else { return Ok(()) };
    let before = app.store.summaries.latest(workspace, &test).await?;
    if !is_due(before.as_ref(), test.updated_at, as_of) {
        return Ok(());
    }
    let began = Instant::now();
    if let Some(totals) = app.store.events.fold(workspace, &test, None, as_of).await? {
        let next = reweigh::reweigh(app, workspace, &test, &totals, as_of).await?;
        let report = Report::new(next.as_ref().unwrap_or(&test), &totals, as_of, before.as_ref());
        app.telemetry.folded(as_of, workspace, test_id, totals.rows, began.elapsed());
        app.store.summaries.keep(workspace, &report).await?;
    }
    Ok(())
}
