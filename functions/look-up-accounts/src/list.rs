//! `GET /accounts`: lists the accounts in the order of their creation, one page at a time.

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LOOK_UP_ACCOUNTS_LIST, Operation};
use bellwether::runtime::listing::{self, ListPage};
use bellwether::runtime::{Call, Endpoint};
use domain::account::Account;
use domain::account::place::Place;

#[derive(Debug)]
pub struct LookUpAccountsList;

impl Endpoint for LookUpAccountsList {
    const OPERATION: &'static Operation = &LOOK_UP_ACCOUNTS_LIST;

    type Caller = Caller;
    type Path = ();
    type Body = ();

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let ListPage { limit, after } = ListPage::<Place>::of(&call)?;
        let page = app.store.accounts.page(&call.caller.workspace, after.as_ref(), Some(limit));
        let (accounts, next) = page.await?;
        let accounts: Vec<_> = accounts.iter().map(Account::view).collect();
        listing::answer("accounts", &accounts, next)
    }
}
