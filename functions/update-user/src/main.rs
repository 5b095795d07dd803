//! `PATCH /users/{user_id}`: changes a person's role or password, disables or unlocks them.
//!
//! The body names the revision it was made against. What a change ends:
//! `bellwether::auth::users`. A workspace keeps one admin at least:
//! `bellwether::store::identities::Identities::replace`.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::auth::users::{UserPatch, new_password, role_of_a_person};
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use bellwether::store::audit::Action;
use bellwether::store::identities::Replaced;
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
    let user_id = extract::user_id(&request)?;
    let patch: UserPatch = extract::body(&request)?;
    patch.role.map(role_of_a_person).transpose()?;
    app.store.identities.confirm(&caller).await??;
    let found = app.store.identities.user(&user_id).await?;
    let old = found.filter(|user| user.workspace == caller.workspace).ok_or(Problem::NotFound)?;
    let password = patch.password.as_ref().map(|text| new_password(text, Some(&old.email), &old.workspace));
    let new = old.revise(&patch, password.transpose()?.as_ref())?;
    if new.revision == old.revision {
        return Reply::ok(&old.view());
    }
    let entry = app.origin(&request)?.record(&old.workspace, &caller.subject, Action::UserChanged, &user_id);
    let entry = entry.detail(patch.told(&old, &new));
    let act = app.store.identities.act(&caller, app.store.audit.part(&entry)?)?;
    match app.store.identities.replace(&old, &new, act).await?? {
        Replaced::Done => entry.log(),
        Replaced::LostRace => {
            let detail = "Somebody else changed the person at the same time; list them again and retry.";
            return Err(Problem::Conflict(detail.to_owned()));
        }
        Replaced::LastAdmin => {
            let detail = "This is the last admin of the workspace; make somebody else one first.";
            return Err(Problem::Conflict(detail.to_owned()));
        }
    }
    Reply::ok(&new.view())
}
