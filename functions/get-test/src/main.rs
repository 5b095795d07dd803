//! `GET /tests/{test_id}`: a test's definition and where it stands.

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::Scope;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, extract, reply::Reply, serve};
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let caller = app.auth.require(&request, Scope::TestsRead).await?;
    let test_id = extract::test_id(&request)?;
    let test = app.store.experiments.get(&caller.workspace, &test_id).await?.ok_or(Problem::NotFound)?;
    Reply::ok(&test.view())
}
