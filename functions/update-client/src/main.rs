//! `PATCH /clients/{client_id}`: renames a machine, changes what it may do, disables it, gives it
//! another secret or ends one.
//!
//! The body names the revision it was made against. What may change:
//! `bellwether::auth::clients`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::auth::clients::ClientPatch;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::random;
use bellwether::store::audit::Action;
use domain::validation::typed;
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::UsersWrite).await?;
    let client_id = extract::client_id(&request)?;
    let patch: ClientPatch = typed(app.screen.clean(extract::object(&request)?)?)?;
    app.store.identities.confirm(&caller).await??;
    let found = app.store.clients.client(&client_id).await?;
    let old = found.filter(|client| client.workspace == caller.workspace).ok_or(Problem::NotFound)?;
    let random = random::bytes().map_err(Problem::internal)?;
    let (new, secret) = old.revise(&patch, &caller, random, app.clock.now())?;
    if new == old {
        return Reply::ok(&old.view());
    }
    let origin = app.origin(&request)?;
    let entry = origin.record(&old.workspace, &caller.subject, Action::ClientChanged, &client_id);
    let entry = entry.change(new.revision.into(), &old.view(), &new.view());
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    if !app.store.clients.replace(&old, &new, act).await?? {
        let detail = "Somebody else changed the client at the same time; list it again and retry.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    entry.log();
    Reply::ok(&new.shown_with(secret.as_ref()))
}
