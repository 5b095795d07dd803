//! `POST /users`: adds a user to the caller's workspace.
//!
//! If an operator invokes it under IAM, without API Gateway, `operator.rs` handles the event.

mod operator;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::auth::access::Role;
use bellwether::auth::users::User;
use bellwether::auth::users::{credentials, user_role};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{CREATE_USER, Operation};
use bellwether::runtime::body::Verbatim;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::quota::Quota;
use bellwether::store::reach::Keyed;
use domain::experiment::Workspace;
use secrecy::SecretString;
use serde::Deserialize;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<CreateUser>()])
    .reading(Keyed::Identities)
    .with_events(|app, event, run| Box::pin(operator::handle(app, event, run.request_id)));

#[derive(Debug)]
struct CreateUser;

impl Endpoint for CreateUser {
    const OPERATION: &'static Operation = &CREATE_USER;

    type Caller = Caller;
    type Path = ();
    type Body = Verbatim<NewUser>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let (Verbatim(new), workspace) = (&call.body, call.caller.workspace.clone());
        let role = user_role(new.role)?;
        let user = new_user(app, &new.email, &new.password, workspace, role)?;
        let entry = call.record(app, Action::UserCreated, &user.user_id)?;
        let entry = entry.detail(format!("role {}", role.as_str()));
        let change = entry.by(&call.caller)?.counted(Quota::Users);
        if !app.store.identities.add_user(&user, change).await?? {
            return Err(Problem::Conflict("This e-mail address is in use.".to_owned()));
        }
        Reply::created(&user.view())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    password: SecretString,
    role: Role,
}

fn new_user(
    app: &App,
    email: &str,
    password: &SecretString,
    workspace: Workspace,
    role: Role,
) -> Result<User, Problem> {
    let (email, password) = credentials(email, password, &workspace)?;
    User::new(email, workspace, role, &password, app.clock.now()).map_err(Problem::internal)
}
