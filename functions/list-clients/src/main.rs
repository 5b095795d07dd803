//! `GET /clients`: the workspace's machines by id, a page at a time, through an index that holds no
//! secret's hash.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, page, reply::Reply, serve};
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
    let caller = app.auth.require(&request, Scope::UsersWrite).await?;
    app.store.identities.confirm(&caller).await??;
    let limit = page::limit(extract::query(&request, "limit")?)?;
    let after = extract::query(&request, "next")?.map(page::place).transpose()?;
    let (clients, next) = app.store.members.clients(&caller.workspace, after.as_ref(), limit).await?;
    Reply::ok(&json!({ "clients": clients, "next": next.map(page::after) }))
}
