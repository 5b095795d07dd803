//! `GET /users`: lists the workspace's users by e-mail address, one page at a time, through an index that
//! contains no hash of a password.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LIST_USERS, Operation};
use bellwether::runtime::listing::{self, ListPage};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<ListUsers>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct ListUsers;

impl Endpoint for ListUsers {
    const OPERATION: &'static Operation = &LIST_USERS;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        app.store.identities.confirm(&call.caller).await??;
        let page = ListPage::of(&call)?;
        let (lines, last) =
            app.store.members.users(&call.caller.workspace, page.after.as_ref(), page.limit).await?;
        listing::answer("users", &lines, last)
    }
}
