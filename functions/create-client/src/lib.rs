//! `POST /clients`: adds an API client to the caller's workspace and shows its first secret, once.
//!
//! For the scopes that it can be granted, see `bellwether::auth::clients`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::auth::access::Scope;
use bellwether::auth::clients::Client;
use bellwether::auth::clients::{Drawn, NewClient};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{CREATE_CLIENT, Operation};
use bellwether::random;
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::quota::Quota;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<CreateClient>()]);

#[derive(Debug)]
struct CreateClient;

impl Endpoint for CreateClient {
    const OPERATION: &'static Operation = &CREATE_CLIENT;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<NewClient>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let (id, secret) = (random::bytes(), random::bytes());
        let drawn = Drawn { id: id.map_err(Problem::internal)?, secret: secret.map_err(Problem::internal)? };
        let new = call.body.clone().into_inner();
        let (client, secret) = Client::new(new, &call.caller, &drawn, app.clock.now())?;
        let entry = call.record(app, Action::ClientCreated, &client.client_id)?;
        let entry = entry.detail(Scope::write_list(&client.scopes));
        let change = entry.by(&call.caller)?.counted(Quota::Clients);
        if !app.store.clients.create(&client, change).await?? {
            return Err(Problem::internal("the random client id already exists"));
        }
        Reply::created(&client.shown_with(Some(&secret)))
    }
}
