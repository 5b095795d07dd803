//! `PATCH /clients/{client_id}`: renames an API client, changes what it may do, disables it, adds a secret or
//! retires one.
//!
//! The body names the revision on which the change is based. For the changes that are allowed, see
//! `bellwether::auth::clients`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::auth::clients::ClientId;
use bellwether::auth::clients::ClientPatch;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, UPDATE_CLIENT};
use bellwether::random;
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<UpdateClient>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct UpdateClient;

impl Endpoint for UpdateClient {
    const OPERATION: &'static Operation = &UPDATE_CLIENT;

    type Caller = Caller;
    type Path = ClientId;
    type Body = Screened<ClientPatch>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, path: client_id, body, .. } = &call;
        app.store.identities.confirm(caller).await??;
        let found = app.store.clients.client(client_id).await?;
        let old = found.filter(|client| client.workspace == caller.workspace).ok_or(Problem::NotFound)?;
        let random = random::bytes().map_err(Problem::internal)?;
        let (new, secret) = old.revise(body.get(), caller, random, app.clock.now())?;
        if new == old {
            return Reply::ok(&old.view());
        }
        let entry = call.record(app, Action::ClientChanged, client_id)?;
        let entry = entry.change(new.revision.into(), &old.view(), &new.view());
        if !app.store.clients.replace(&old, &new, entry.by(caller)?).await?? {
            let detail = "The client was changed by another request at the same time; list the clients again and retry.";
            return Err(Problem::Conflict(detail.to_owned()));
        }
        Reply::ok(&new.shown_with(secret.as_ref()))
    }
}
