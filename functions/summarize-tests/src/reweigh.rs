//! Sets new weights for an adaptive test. `domain::results::adapt` computes them.

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::store::audit::Action;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, Workspace};
use domain::results::adapt::next_weights;
use domain::results::counting::totals::Totals;

/// Begins the next batch of an adaptive test with the weights that follow from `totals`, as a new revision. Returns
/// None while the current batch is not full, or if another request has changed the test in the meantime. In that case,
/// the next run computes the weights again.
pub async fn reweigh(
    app: &App,
    workspace: &Workspace,
    test: &Experiment,
    totals: &Totals,
    as_of: Timestamp,
) -> Result<Option<Experiment>, Problem> {
    let weights = next_weights(test, totals);
    let Some(next) = weights.and_then(|weights| test.reweighted(&weights, as_of)) else { return Ok(None) };
    let test_id = &test.definition.test_id;
    let origin = app.origin_at(format!("{test_id} {}", next.revision), None)?;
    let entry = origin.record(workspace, env!("CARGO_PKG_NAME"), Action::TestChanged, test_id);
    let entry = entry.change(next.revision, &test.view(), &next.view());
    let is_stored = app.store.experiments.replace(workspace, test, &next, entry.unconditional()).await??;
    Ok(is_stored.then_some(next))
}
