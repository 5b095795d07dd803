//! `GET /tests`: the workspace's tests by name, a page at a time.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bellwether::App;
use bellwether::auth::role::Scope;
use bellwether::experiment::ExperimentId;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
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
    let limit = limit(extract::query(&request, "limit")?)?;
    let after = extract::query(&request, "next")?.map(place).transpose()?;
    let (tests, next) = app.store.tests.list(&caller.workspace, after.as_ref(), limit).await?;
    let next = next.map(|id| URL_SAFE_NO_PAD.encode(id.as_str()));
    Reply::ok(&json!({ "tests": tests, "next": next }))
}

fn limit(text: Option<&str>) -> Result<u16, Problem> {
    let Some(text) = text else { return Ok(50) };
    let in_range = |limit: &u16| (1..=100).contains(limit);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let limit = text.parse().ok().filter(in_range).filter(|_| digits);
    limit.ok_or_else(|| Problem::field("?limit", "must be a whole number from 1 to 100"))
}

/// Reads back the opaque place that an earlier page gave.
fn place(text: &str) -> Result<ExperimentId, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let id = String::from_utf8(bytes).unwrap_or_default();
    ExperimentId::parse(id).map_err(|_| Problem::field("?next", "must be the `next` of an earlier page"))
}
