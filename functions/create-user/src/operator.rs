//! Actions of an operator under IAM, without the API. The audit records each as the operator's.
//!
//! `{"bootstrap": {…}}` creates a workspace and its first admin. It succeeds once for each workspace, and there is
//! no default password. `{"unlock": {"email": …}}` deletes the failed sign-ins of a user whom no admin can unlock,
//! for example the only admin of a workspace. `{"reset_password": {"email": …, "password": …}}` gives a user a new
//! password, ends the user's sessions, and deletes failed sign-ins.

use bellwether::App;
use bellwether::auth::access::Role;
use bellwether::auth::users::{Email, User, UserId, new_password};
use bellwether::http::problem::Problem;
use bellwether::store::audit::{Action, OPERATOR};
use bellwether::store::identities::Replaced;
use domain::experiment::Workspace;
use domain::validation::typed;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAdmin {
    workspace: Workspace,
    email: String,
    password: SecretString,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Locked {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    email: String,
    password: SecretString,
}

/// What an operator's event can contain.
const NAMES: [&str; 3] = ["bootstrap", "unlock", "reset_password"];

/// Handles an operator's event. Returns None for any other event.
pub async fn handle(app: &App, mut event: Value, request_id: String) -> Option<Result<Value, Problem>> {
    let mut named = NAMES.into_iter().filter_map(|name| Some((name, event.get_mut(name)?.take())));
    let (first, another) = (named.next()?, named.next());
    let outcome = match first {
        _ if another.is_some() => Err(Problem::field(
            "",
            "must contain one of bootstrap, unlock and reset_password; send one event for each",
        )),
        ("bootstrap", first) => bootstrap(app, first, request_id).await,
        ("unlock", locked) => unlock(app, locked, request_id).await,
        (_, new) => reset_password(app, new, request_id).await,
    };
    Some(outcome.and_then(|user| serde_json::to_value(user.view()).map_err(Problem::internal)))
}

async fn bootstrap(app: &App, first: Value, request_id: String) -> Result<User, Problem> {
    let first: FirstAdmin = typed(first)?;
    let admin = super::new_user(app, &first.email, &first.password, first.workspace, Role::Admin)?;
    let origin = app.origin_at(request_id, None)?;
    let entry = origin.record(&admin.workspace, OPERATOR, Action::WorkspaceCreated, &admin.user_id);
    if !app.store.identities.bootstrap(&admin, entry.unconditional()).await? {
        let detail = "The workspace already has a first admin, or the e-mail address is in use.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    Ok(admin)
}

async fn unlock(app: &App, locked: Value, request_id: String) -> Result<User, Problem> {
    let locked: Locked = typed(locked)?;
    let old = user_of(app, &locked.email).await?;
    let new = old.unlocked();
    replace(app, &old, new, "unlocked", request_id).await
}

async fn reset_password(app: &App, new: Value, request_id: String) -> Result<User, Problem> {
    let new: NewPassword = typed(new)?;
    let old = user_of(app, &new.email).await?;
    let password = new_password(&new.password, Some(&old.email), &old.workspace)?;
    let new = old.with_password(&password).map_err(Problem::internal)?;
    replace(app, &old, new, "password", request_id).await
}

async fn user_of(app: &App, email: &str) -> Result<User, Problem> {
    let email = Email::parse(email).map_err(|error| Problem::field("/email", error.to_string()))?;
    let user = app.store.identities.user(&UserId::of(&email)).await?;
    user.ok_or_else(|| Problem::field("/email", "is not the address of a user in this deployment"))
}

async fn replace(app: &App, old: &User, new: User, what: &str, request_id: String) -> Result<User, Problem> {
    let origin = app.origin_at(request_id, None)?;
    let entry = origin.record(&old.workspace, OPERATOR, Action::UserChanged, &old.user_id);
    let entry = entry.detail(format!("revision {}, {what}", new.revision));
    if app.store.identities.replace(old, &new, entry.unconditional()).await?? != Replaced::Done {
        let detail = "The user was changed by another request at the same time; send the event again.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    Ok(new)
}
