//! A change of the settings. The body names the revision on which it is based, and the store accepts one of two
//! concurrent changes.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{MANAGE_WORKSPACE, Operation};
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint};
use bellwether::store::audit::Action;
use domain::workspace::SettingsPatch;

use super::View;

#[derive(Debug)]
pub(super) struct ManageWorkspace;

impl Endpoint for ManageWorkspace {
    const OPERATION: &'static Operation = &MANAGE_WORKSPACE;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<SettingsPatch>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, body, .. } = &call;
        let workspace = &caller.workspace;
        let old = app.store.workspaces.get(workspace).await?;
        let new = old.revise(body.get().clone())?;
        if new == old {
            app.store.identities.confirm(caller).await??;
            return Reply::ok(&View { workspace, settings: &old });
        }
        let entry = call.record(app, Action::WorkspaceChanged, workspace)?;
        let entry = entry.detail(new.summary(&old));
        if !app.store.workspaces.replace(workspace, &old, &new, entry.by(caller)?).await?? {
            let detail = "The settings were changed by another request at the same time; read the workspace again and retry.";
            return Err(Problem::Conflict(detail.to_owned()));
        }
        Reply::ok(&View { workspace, settings: &new })
    }
}
