//! Actions of an operator under IAM, without the API. The audit records each as the operator's.
//!
//! `{"bootstrap": {…}}` creates a workspace and its first admin. It succeeds once for each workspace, and there is
//! no default password. `{"unlock": {"email": …}}` deletes the failed sign-ins of a user whom no admin can unlock,
//! for example the only admin of a workspace.

use bellwether::App;
use bellwether::auth::access::Role;
use bellwether::auth::users::{Email, User, UserId};
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

/// Handles an operator's event. Returns None for any other event.
pub async fn handle(app: &App, event: Value, request_id: String) -> Option<Result<Value, Problem>> {
    let named = |name: &str| event.get(name).cloned();
    let outcome = match (named("bootstrap"), named("unlock")) {
        (None, None) => return None,
        (Some(first), None) => bootstrap(app, first, request_id).await,
        (None, Some(locked)) => unlock(app, locked, request_id).await,
        (Some(_), Some(_)) => {
            Err(Problem::field("", "must contain bootstrap or unlock, not both; send one event for each"))
        }
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
    let email = Email::parse(&locked.email).map_err(|error| Problem::field("/email", error.to_string()))?;
    let old = app.store.identities.user(&UserId::of(&email)).await?;
    let old =
        old.ok_or_else(|| Problem::field("/email", "is not the address of a user in this deployment"))?;
    let new = old.unlocked();
    let origin = app.origin_at(request_id, None)?;
    let entry = origin.record(&old.workspace, OPERATOR, Action::UserChanged, &old.user_id);
    let entry = entry.detail(format!("revision {}, unlocked", new.revision));
    if app.store.identities.replace(&old, &new, entry.unconditional()).await?? != Replaced::Done {
        let detail = "The user was changed by another request at the same time; send the event again.";
        return Err(Problem::Conflict(detail.to_owned()));
    }
    Ok(new)
}
