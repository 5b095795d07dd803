//! `GET /workspace`: returns the settings of the caller's workspace. `PATCH /workspace`: changes them (`change.rs`).
//!
//! A test takes over the kind of its units and the time zone when it is created, so a change affects only tests that are
//! created later.

mod change;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{MANAGE_WORKSPACE_READ, Operation};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;
use domain::experiment::Workspace;
use domain::workspace::Settings;
use serde::Serialize;

/// The function.
pub const FUNCTION: Function =
    Function::of(&[Handled::by::<change::ManageWorkspace>(), Handled::by::<Read>()]).reading(Keyed::Tests);

#[derive(Debug)]
struct Read;

impl Endpoint for Read {
    const OPERATION: &'static Operation = &MANAGE_WORKSPACE_READ;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let workspace = &call.caller.workspace;
        let settings = app.store.workspaces.get(workspace).await?;
        Reply::ok(&View { workspace, settings: &settings })
    }
}

/// The settings as callers see them.
#[derive(Serialize)]
struct View<'a> {
    workspace: &'a Workspace,
    #[serde(flatten)]
    settings: &'a Settings,
}
