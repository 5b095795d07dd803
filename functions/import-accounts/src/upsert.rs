//! Creates or changes one account.

use std::collections::HashSet;
use std::sync::Arc;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::random;
use bellwether::store::accounts::Saved;
use domain::account::Account;
use domain::account::upsert::{Outcome, Owners};
use domain::account::wire::Change;
use domain::clock::Timestamp;
use domain::experiment::{UnitId, Workspace};
use serde_json::{Value, json};

use super::TRIES;
use super::turns::Turn;

/// Makes a change when it is its turn, and returns what became of the account. Nothing is stored about an account with a
/// name that was erased.
pub async fn upsert(
    app: &App,
    workspace: &Workspace,
    mut turn: Turn,
    change: Change,
    is_erased: &(dyn Fn(&UnitId) -> bool + Sync),
    now: Timestamp,
) -> Result<Value, Problem> {
    turn.begin().await;
    if let Some(erased) = change.keys().chain(change.parent.value()).find(|name| is_erased(name)) {
        return Ok(json!({ "unit_id": erased, "outcome": "suppressed" }));
    }
    for _ in 0..TRIES {
        let (old, new, outcome, parents) = decide(app, workspace, &change, now).await?;
        let saved = match outcome {
            Outcome::Unchanged => Saved::Stored,
            _ => app.store.accounts.save(workspace, old.as_ref(), &new, &parents).await?,
        };
        if saved == Saved::Stored {
            return Ok(json!({ "unit_id": new.unit_id, "outcome": outcome.as_str() }));
        }
    }
    Err(too_busy())
}

/// The problem of an account that other requests have changed at the same time, again and again.
pub fn too_busy() -> Problem {
    Problem::Unavailable("an account was changed by other requests each time it was read".to_owned())
}

type Decided = (Option<Account>, Account, Outcome, Vec<Arc<Account>>);

async fn decide(
    app: &App,
    workspace: &Workspace,
    change: &Change,
    now: Timestamp,
) -> Result<Decided, Problem> {
    let accounts = &app.store.accounts;
    let names: HashSet<UnitId> = change.keys().chain(change.parent.value()).cloned().collect();
    let found = accounts.current(workspace, &names).await?;
    let owners: Owners<'_> =
        change.keys().filter_map(|name| Some((name, found.get(name)?.as_ref()))).collect();
    let old = change.owner(&owners)?;
    let parent = match change.parent.value() {
        Some(name) => Some(found.get(name).cloned().ok_or_else(|| {
            Problem::field("/parent", "is not an account of the directory; import it before its subsidiaries")
        })?),
        None => None,
    };
    let random = random::bytes().map_err(Problem::internal)?;
    let parent_id = parent.as_ref().map(|parent| &parent.unit_id);
    let (new, outcome) = change.clone().apply(old, parent_id, now, random)?;
    let parents = match parent {
        Some(parent) => accounts
            .parents(workspace, &new.unit_id, parent)
            .await?
            .map_err(|broken| Problem::field("/parent", broken.to_string()))?,
        None => Vec::new(),
    };
    Ok((old.cloned(), new, outcome, parents))
}
