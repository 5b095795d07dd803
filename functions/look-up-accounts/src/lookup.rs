//! `POST /accounts/lookup`: returns the account with an id or alias, or up to 100 under `units`.

use std::collections::HashMap;
use std::sync::Arc;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LOOK_UP_ACCOUNTS, Operation};
use bellwether::runtime::batch::{self, Batch};
use bellwether::runtime::body::Unscreened;
use bellwether::runtime::{Call, Endpoint};
use domain::account::Account;
use domain::account::name::Name;
use domain::account::view::{Found, LookupBody};
use domain::experiment::{UnitId, UnitKind};

#[derive(Debug)]
pub struct LookUpAccounts;

impl Endpoint for LookUpAccounts {
    const OPERATION: &'static Operation = &LOOK_UP_ACCOUNTS;

    type Caller = Caller;
    type Path = ();
    type Body = Unscreened;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let deadline = batch::deadline(call.began);
        let Call { caller, body, .. } = call;
        let batch = Batch::parse(body, "units")?;
        let kind = app.store.workspaces.get(&caller.workspace).await?.unit_kind;
        let names = batch.prepare("unit_id", deadline, |item| read(app, kind, item)).await;
        let wanted = names.items().cloned().collect();
        let found = &app.store.accounts.current(&caller.workspace, &wanted).await?;
        let each = |name: UnitId| async move { answer(found, &name) };
        Reply::ok(&names.run("accounts", "unit_id", deadline, each).await?)
    }
}

fn read(app: &App, kind: UnitKind, item: Unscreened) -> Result<UnitId, Problem> {
    let body: LookupBody = item.screened(app.screen)?.into_inner();
    let name = Name::read(kind, &body.unit_id).map_err(|detail| Problem::field("/unit_id", detail))?;
    Ok(name.key)
}

fn answer(found: &HashMap<UnitId, Arc<Account>>, name: &UnitId) -> Result<serde_json::Value, Problem> {
    let answer = Found::of(name, found.get(name).map(Arc::as_ref));
    serde_json::to_value(answer).map_err(Problem::internal)
}
