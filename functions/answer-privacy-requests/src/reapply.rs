//! Finds accounts that were erased before and are stored again, because a table was restored from a backup. Only their
//! pseudonyms are known, so every id in a test is compared.

use std::collections::HashSet;

use bellwether::App;
use bellwether::auth::keys::PseudonymKey;
use bellwether::http::problem::Problem;
use domain::experiment::{Experiment, UnitId, Workspace};
use domain::privacy::Pseudonym;

use super::parts::Names;

/// The erased accounts that a test contains, with their pseudonyms.
pub async fn names_in(
    app: &App,
    workspace: &Workspace,
    key: &PseudonymKey,
    test: &Experiment,
) -> Result<Names, Problem> {
    let erased = app.store.privacy.erased(workspace, app.clock.now()).await?;
    let pseudonym = |unit: &UnitId| key.pseudonym(workspace, test.definition.unit_kind, unit);
    let mut found = Names::new();
    let mut compare = |unit: &UnitId, erased: &HashSet<Pseudonym>| {
        let own = pseudonym(unit);
        if erased.contains(&own) {
            found.insert(unit.clone(), own);
        }
    };
    app.store.events.for_each_unit(workspace, test, &mut |unit| compare(unit, &erased)).await?;
    let past = app.store.experiments.every_past(workspace, test).await?;
    for revision in past.iter().chain([test]) {
        revision.named_units().for_each(|unit| compare(unit, &erased));
    }
    Ok(found)
}
