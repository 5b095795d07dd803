//! `GET /tests`: the workspace's tests by name, a page at a time; all of them, or those in some states.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, page, reply::Reply, serve};
use domain::experiment::Status;
use lambda_http::{Error, Request};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::TestsRead).await?;
    let limit = page::limit(extract::query(&request, "limit")?)?;
    let after = extract::query(&request, "next")?.map(page::place).transpose()?;
    let wanted = extract::query(&request, "status")?.map(statuses).transpose()?;
    let (tests, next) =
        app.store.experiments.list(&caller.workspace, after.as_ref(), limit, wanted.as_deref()).await?;
    Reply::ok(&json!({ "tests": tests, "next": next.map(page::after) }))
}

/// One state, or several separated by commas, each once.
fn statuses(text: &str) -> Result<Vec<Status>, Problem> {
    let named = |word: &str| Status::ALL.into_iter().find(|status| status.as_str() == word);
    let found: Option<Vec<Status>> = text.split(',').map(named).collect();
    let once = |found: &Vec<Status>| Status::ALL.iter().all(|s| found.iter().filter(|f| *f == s).count() < 2);
    found.filter(once).ok_or_else(|| {
        let words = Status::ALL.map(Status::as_str).join(", ");
        Problem::field(
            "?status",
            format!("must be one of {words}, or several of them separated by commas, each once"),
        )
    })
}
