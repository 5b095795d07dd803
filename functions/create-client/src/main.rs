//! `POST /clients`: adds a machine to the caller's workspace and shows its first secret, once.
//!
//! What it may be granted: `bellwether::auth::clients`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::auth::clients::{Client, Drawn};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::random;
use bellwether::store::audit::Action;
use bellwether::store::quota::Quota;
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
    let new = typed(app.screen.clean(extract::object(&request)?)?)?;
    let (id, secret) = (random::bytes(), random::bytes());
    let drawn = Drawn { id: id.map_err(Problem::internal)?, secret: secret.map_err(Problem::internal)? };
    let (client, secret) = Client::new(new, &caller, &drawn, app.clock.now())?;
    let origin = app.origin(&request)?;
    let entry = origin.record(&client.workspace, &caller.subject, Action::ClientCreated, &client.client_id);
    let entry = entry.detail(Scope::write_list(&client.scopes));
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    let act = app.store.identities.counted(act, Quota::Clients, &client.workspace);
    if !app.store.clients.create(&client, act).await?? {
        return Err(Problem::internal("128 random bits were drawn twice"));
    }
    entry.log();
    Reply::created(&client.shown_with(Some(&secret)))
}
