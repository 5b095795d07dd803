//! `POST /accounts`: creates and changes up to 100 accounts of the directory. `POST /accounts/merge` joins two accounts
//! that turned out to be one company.
//!
//! `domain::account` decides. An account and its aliases are stored together, under the condition that nothing has
//! changed since they were read; otherwise they are read and decided again. Before anything is stored, the audit
//! record is, with the number of accounts: it contains no ids, because an audit record is never erased.

mod merge;
#[cfg(test)]
mod tests;
mod turns;
mod upsert;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{IMPORT_ACCOUNTS, Operation};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::{Action, Entry};
use bellwether::store::reach::Keyed;
use domain::account::name::Name;
use domain::account::wire::Change;
use domain::experiment::{UnitId, UnitKind, Workspace};
use domain::workspace::Settings;
use turns::Turns;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<ImportAccounts>(), Handled::by::<merge::ImportAccountsMerge>()])
        .reading(Keyed::Tests);

/// The number of times that an account is read again because other requests have changed it.
const TRIES: usize = 8;

/// The target in audit records.
const TARGET: &str = "accounts";

#[derive(Debug)]
struct ImportAccounts;

impl Endpoint for ImportAccounts {
    const OPERATION: &'static Operation = &IMPORT_ACCOUNTS;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let entry = call.record(app, Action::AccountsChanged, TARGET)?;
        let opening = call.record(app, Action::WorkspaceChanged, &call.caller.workspace)?;
        let Call { caller, body, .. } = call;
        let batch = Batch::parse(body, "accounts")?;
        let now = app.clock.now();
        let settings = app.store.workspaces.get(&caller.workspace).await?;
        let suppression = app.suppression(&caller.workspace, now).await?;
        let kind = settings.unit_kind;
        let changes = batch.prepare("unit_id", deadline, |item| read(app, kind, item)).await;
        let number = changes.items().count();
        if number > 0 {
            app.store.audit.put(&entry.detail(format!("{number} accounts sent"))).await?;
            open(app, &caller.workspace, settings, opening).await?;
        }
        let turns = Turns::of(changes.items().map(names));
        let is_erased = |name: &UnitId| suppression.covers_name(name);
        let each = |change: Change| {
            let turn = turns.next(names(&change));
            upsert::upsert(app, &caller.workspace, turn, change, &is_erased, now)
        };
        Reply::ok(&changes.run("accounts", "unit_id", deadline, each).await?)
    }
}

/// Stores that the workspace has a directory, before its first account. Instances that assign read it within 30 s.
async fn open(app: &App, workspace: &Workspace, read: Settings, entry: Entry) -> Result<(), Problem> {
    let mut settings = read;
    for _ in 0..TRIES {
        if settings.has_directory {
            return Ok(());
        }
        let next = settings.with_directory();
        let change = entry.clone().detail(next.summary(&settings)).unconditional();
        if app.store.workspaces.replace(workspace, &settings, &next, change).await?? {
            return Ok(());
        }
        settings = app.store.workspaces.get(workspace).await?;
    }
    Err(upsert::too_busy())
}

fn read(app: &App, kind: UnitKind, item: Unscreened) -> Result<Change, Problem> {
    let body = item.screened(app.screen)?.into_inner();
    Ok(Change::parse(body, |text| Name::read(kind, text))?)
}

/// The names in a change. Changes with a common name wait for each other.
fn names(change: &Change) -> impl Iterator<Item = &UnitId> {
    change.keys().chain(&change.removed).chain(change.parent.value())
}
