//! `POST /accounts/count`: counts the accounts of the directory that meet a condition.

use std::time::Duration;

use bellwether::App;
use bellwether::auth::access::Caller;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{LOOK_UP_ACCOUNTS_COUNT, Operation};
use bellwether::runtime::body::Screened;
use bellwether::runtime::{Call, Endpoint};
use domain::account::tally::{CountBody, Tally};
use tokio::task::yield_now;
use tokio::time::Instant;

/// The time from the beginning of the request after which no further page is read.
const TIME: Duration = Duration::from_millis(1_500);

/// The number of accounts after which no further page is read.
const ENOUGH: u64 = 50_000;

#[derive(Debug)]
pub struct LookUpAccountsCount;

impl Endpoint for LookUpAccountsCount {
    const OPERATION: &'static Operation = &LOOK_UP_ACCOUNTS_COUNT;

    type Caller = Caller;
    type Path = ();
    type Body = Screened<CountBody>;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let Call { caller, body, began, .. } = call;
        let condition = body.into_inner().condition()?;
        let (mut tally, mut after) = (Tally::default(), None);
        loop {
            let (accounts, next) = app.store.accounts.page(&caller.workspace, after.as_ref(), None).await?;
            for account in &accounts {
                tally.count(&condition, account)?;
                yield_now().await;
            }
            after = next;
            let is_over = tally.examined >= ENOUGH || Instant::now() >= began + TIME;
            if after.is_none() || is_over {
                return Reply::ok(&tally.report(after.is_none()));
            }
        }
    }
}
