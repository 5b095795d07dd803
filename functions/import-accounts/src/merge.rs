//! `POST /accounts/merge`: joins two accounts, or up to 100 pairs under `merges`.

use std::collections::HashSet;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{IMPORT_ACCOUNTS_MERGE, Operation};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::accounts::Saved;
use bellwether::store::audit::Action;
use domain::account::merge::{Merge, Merged};
use domain::account::name::Name;
use domain::clock::Timestamp;
use domain::experiment::{UnitId, UnitKind, Workspace};
use serde_json::{Value, json};

use super::turns::{Turn, Turns};
use super::upsert::too_busy;
use super::{TARGET, TRIES};

#[derive(Debug)]
pub struct ImportAccountsMerge;

impl Endpoint for ImportAccountsMerge {
    const OPERATION: &'static Operation = &IMPORT_ACCOUNTS_MERGE;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let entry = call.record(app, Action::AccountsChanged, TARGET)?;
        let Call { caller, body, .. } = call;
        let batch = Batch::parse(body, "merges")?;
        let now = app.clock.now();
        let kind = app.store.workspaces.get(&caller.workspace).await?.unit_kind;
        let suppression = app.suppression(&caller.workspace, now).await?;
        let merges = batch.prepare("from", deadline, |item| read(app, kind, item)).await;
        let number = merges.items().count();
        if number > 0 {
            app.store.audit.put(&entry.detail(format!("{number} merges sent"))).await?;
        }
        let turns = Turns::of(merges.items().map(names));
        let each = async |merge: Merge| {
            if names(&merge).any(|name| suppression.covers_name(name)) {
                return Ok(json!({ "from": merge.from, "into": merge.into, "outcome": "suppressed" }));
            }
            join(app, &caller.workspace, turns.next(names(&merge)), merge, now).await
        };
        Reply::ok(&merges.run("merges", "from", deadline, each).await?)
    }
}

fn read(app: &App, kind: UnitKind, item: Unscreened) -> Result<Merge, Problem> {
    let body = item.screened(app.screen)?.into_inner();
    Ok(Merge::parse(&body, |text| Name::read(kind, text))?)
}

fn names(merge: &Merge) -> impl Iterator<Item = &UnitId> {
    [&merge.from, &merge.into].into_iter()
}

async fn join(
    app: &App,
    workspace: &Workspace,
    mut turn: Turn,
    merge: Merge,
    now: Timestamp,
) -> Result<Value, Problem> {
    turn.begin().await;
    let accounts = &app.store.accounts;
    let absent = |pointer| {
        Problem::field(
            pointer,
            "is not an account of the directory; add it to `aliases` of the other account instead",
        )
    };
    for _ in 0..TRIES {
        let found =
            accounts.current(workspace, &HashSet::from([merge.from.clone(), merge.into.clone()])).await?;
        let from = found.get(&merge.from).ok_or_else(|| absent("/from"))?;
        let into = found.get(&merge.into).ok_or_else(|| absent("/into"))?;
        let answer = |outcome: &str| json!({ "from": merge.from, "into": into.unit_id, "outcome": outcome });
        let merged = match merge.apply(from, into, now)? {
            Merged::Already => return Ok(answer("unchanged")),
            Merged::Joined(merged) => *merged,
        };
        let parent = match &merged.parent {
            Some(name) => accounts.current(workspace, &HashSet::from([name.clone()])).await?.remove(name),
            None => None,
        };
        let parents = match parent {
            Some(parent) => accounts
                .parents(workspace, &merged.unit_id, parent)
                .await?
                .map_err(|broken| Problem::field("/into", broken.to_string()))?,
            None => Vec::new(),
        };
        if parents.iter().any(|parent| parent.unit_id == from.unit_id) {
            let why =
                "from is a parent of a parent of into: remove that parent first, with \"parent\": null.";
            return Err(Problem::Conflict(why.to_owned()));
        }
        if accounts.merge(workspace, into, from, &merged, &parents).await? == Saved::Stored {
            return Ok(answer("merged"));
        }
    }
    Err(too_busy())
}
