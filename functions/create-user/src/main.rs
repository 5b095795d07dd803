//! `POST /users`: adds a person to the caller's workspace.
//!
//! Invoked past API Gateway, under IAM, with `{"bootstrap": {…}}` it makes a workspace and its first
//! admin instead: once for each workspace, and there is no default password.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::credentials;
use bellwether::auth::role::{Role, Scope};
use bellwether::experiment::Workspace;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::store::identities::User;
use lambda_http::{Error, Request};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
        .with_events(|app, event, _| Box::pin(handle_event(app, event)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    password: SecretString,
    role: Role,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAdmin {
    workspace: Workspace,
    email: String,
    password: SecretString,
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::UsersWrite).await?;
    let new: NewUser = extract::body(&request)?;
    if new.role == Role::Service {
        return Err(Problem::field("/role", "is for machines; use admin, analyst or viewer"));
    }
    let user = person(app, &new.email, &new.password, caller.workspace, new.role)?;
    if !app.store.identities.create_user(&user).await? {
        return Err(Problem::Conflict("This e-mail address is in use.".to_owned()));
    }
    Reply::created(&shown(&user))
}

async fn handle_event(app: &App, event: Value) -> Option<Result<Value, Problem>> {
    let bootstrap = event.get("bootstrap")?.clone();
    Some(first_admin(app, bootstrap).await)
}

async fn first_admin(app: &App, bootstrap: Value) -> Result<Value, Problem> {
    let first: FirstAdmin = extract::typed(bootstrap)?;
    let admin = person(app, &first.email, &first.password, first.workspace, Role::Admin)?;
    if !app.store.identities.bootstrap(&admin).await? {
        let detail = "The workspace has had its first admin, or the e-mail address is in use.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    Ok(shown(&admin))
}

fn person(
    app: &App,
    email: &str,
    password: &SecretString,
    workspace: Workspace,
    role: Role,
) -> Result<User, Problem> {
    let (email, password) = credentials(email, password)?;
    User::new(email, workspace, role, &password, app.clock.now()).map_err(Problem::internal)
}

fn shown(user: &User) -> Value {
    json!({ "user_id": user.user_id, "email": user.email, "role": user.role, "workspace": user.workspace })
}
