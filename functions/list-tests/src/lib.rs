//! `GET /tests`: lists the workspace's tests by name, one page at a time; all tests, or those in some states.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LIST_TESTS, Operation};
use bellwether::runtime::listing::{self, ListPage};
use bellwether::runtime::{Call, Endpoint, Function, Handled};
use domain::experiment::Status;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<ListTests>()]);

#[derive(Debug)]
struct ListTests;

impl Endpoint for ListTests {
    const OPERATION: &'static Operation = &LIST_TESTS;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let page = ListPage::of(&call)?;
        let wanted = call.query("status")?.map(statuses).transpose()?;
        let (lines, last) = app
            .store
            .experiments
            .list(&call.caller.workspace, page.after.as_ref(), page.limit, wanted.as_deref())
            .await?;
        listing::answer("tests", &lines, last)
    }
}

/// Parses one state, or several separated by commas, each once.
fn statuses(text: &str) -> Result<Vec<Status>, Problem> {
    let named = |word: &str| Status::ALL.into_iter().find(|status| status.as_str() == word);
    let found: Option<Vec<Status>> = text.split(',').map(named).collect();
    let once = |found: &Vec<Status>| Status::ALL.iter().all(|s| found.iter().filter(|f| *f == s).count() < 2);
    found.filter(once).ok_or_else(|| {
        let words = Status::ALL.map(Status::as_str).join(", ");
        Problem::field(
            "?status",
            format!("must be one of {words}, or several of them, separated by commas, without repetition"),
        )
    })
}
