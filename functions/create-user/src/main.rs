//! `POST /users`: adds a person to the caller's workspace.
//!
//! Invoked past API Gateway, under IAM, it is the operator's: `operator.rs`.

mod operator;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::{Role, Scope};
use bellwether::auth::users::{User, credentials, role_of_a_person};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::store::audit::Action;
use bellwether::store::quota::Quota;
use domain::experiment::Workspace;
use lambda_http::{Error, Request};
use secrecy::SecretString;
use serde::Deserialize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
        .with_events(|app, event, run| Box::pin(operator::handle(app, event, run.request_id)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    password: SecretString,
    role: Role,
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::UsersWrite).await?;
    let new: NewUser = extract::body(&request)?;
    let role = role_of_a_person(new.role)?;
    let user = person(app, &new.email, &new.password, caller.workspace.clone(), role)?;
    let origin = app.origin(&request)?;
    let entry = origin.record(&user.workspace, &caller.subject, Action::UserCreated, &user.user_id);
    let entry = entry.detail(format!("role {}", role.as_str()));
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    let act = app.store.identities.counted(act, Quota::Users, &user.workspace);
    if !app.store.identities.add_user(&user, act).await?? {
        return Err(Problem::Conflict("This e-mail address is in use.".to_owned()));
    }
    entry.log();
    Reply::created(&user.view())
}

fn person(
    app: &App,
    email: &str,
    password: &SecretString,
    workspace: Workspace,
    role: Role,
) -> Result<User, Problem> {
    let (email, password) = credentials(email, password, &workspace)?;
    User::new(email, workspace, role, &password, app.clock.now()).map_err(Problem::internal)
}
