//! `PATCH /users/{user_id}`: changes a user's role or password, disables or unlocks the user.
//!
//! The body names the revision on which the change is based. `bellwether::auth::users` defines what a change
//! ends. `bellwether::store::identities::Identities::replace` ensures that a workspace keeps at least one
//! admin.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::auth::users::UserId;
use bellwether::auth::users::{UserPatch, new_password, user_role};
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, UPDATE_USER};
use bellwether::runtime::body::Verbatim;
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::identities::Replaced;
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<UpdateUser>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct UpdateUser;

impl Endpoint for UpdateUser {
    const OPERATION: &'static Operation = &UPDATE_USER;

    type Caller = Caller;
    type Path = UserId;
    type Body = Verbatim<UserPatch>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, path: user_id, body: Verbatim(patch), .. } = &call;
        patch.role.map(user_role).transpose()?;
        app.store.identities.confirm(caller).await??;
        let found = app.store.identities.user(user_id).await?;
        let old = found.filter(|user| user.workspace == caller.workspace).ok_or(Problem::NotFound)?;
        let password =
            patch.password.as_ref().map(|text| new_password(text, Some(&old.email), &old.workspace));
        let new = old.revise(patch, password.transpose()?.as_ref())?;
        if new.revision == old.revision {
            return Reply::ok(&old.view());
        }
        let entry = call.record(app, Action::UserChanged, user_id)?.detail(patch.summary(&old, &new));
        let conflict = match app.store.identities.replace(&old, &new, entry.by(caller)?).await?? {
            Replaced::Done => return Reply::ok(&new.view()),
            Replaced::LostRace => {
                "The user was changed by another request at the same time; list the users again and retry."
            }
            Replaced::LastAdmin => {
                "This is the last admin of the workspace; make another user an admin first."
            }
        };
        Err(Problem::Conflict(conflict.to_owned()))
    }
}
