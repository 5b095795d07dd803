//! Aggregates one test. `domain::results::cadence` determines how often.

use std::time::Instant;

use bellwether::App;
use bellwether::http::problem::Problem;
use domain::clock::Timestamp;
use domain::experiment::{ExperimentId, Status, Workspace};
use domain::results::cadence::{is_due, is_final, is_look};
use domain::results::report::Report;
use domain::results::report::stored::StoredReport;

use crate::reweigh;

/// Aggregates a live test, stores its results, and gives an adaptive test its next weights. A shipped test is
/// aggregated once more when no instance assigns units to it any longer. From then on, its results are final.
/// Returns the number of notices that were stored with the results.
pub async fn count(app: &App, workspace: &Workspace, test_id: &ExperimentId) -> Result<usize, Problem> {
    let as_of = app.clock.now();
    let found = app.store.experiments.get(workspace, test_id).await?;
    let Some(test) = found.filter(|test| test.status.is_live()) else { return Ok(0) };
    let before = app.store.summaries.latest(workspace, &test).await?;
    let stored = before.latest.as_ref().and_then(StoredReport::report);
    if stored.is_some_and(|stored| is_final(&test, stored)) {
        app.store.experiments.finished(workspace, &test).await?;
        return Ok(0);
    }
    let due = |from: Timestamp| as_of >= from;
    if !test.final_from().map_or_else(|| is_due(stored, test.updated_at, as_of), due) {
        return Ok(0);
    }
    let mut notices = 0;
    let began = Instant::now();
    if let Some(totals) = app.store.aggregate(workspace, &test, None, as_of).await? {
        let next = reweigh::reweigh(app, workspace, &test, &totals, as_of).await?;
        let is_look = is_look(&test, stored, &totals, as_of);
        let watched = app.store.summaries.watch(workspace, &test, &totals, as_of, |_| is_look).await?;
        let next = next.as_ref().unwrap_or(&test);
        let report = Report::new(next, &totals, as_of, before.latest.as_ref(), &watched);
        app.telemetry.aggregated(as_of, workspace, test_id, totals.rows, began.elapsed());
        notices = app.store.summaries.store(workspace, next, &report, &before.notices).await?;
        if test.status == Status::Shipped {
            app.store.experiments.finished(workspace, &test).await?;
        }
    }
    Ok(notices)
}
