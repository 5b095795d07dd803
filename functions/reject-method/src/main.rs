//! Any other method of a declared path: 405 with the methods that it has, from
//! `bellwether::http::routes`; and for pages of an allowed origin the preflights of those.

#[cfg(test)]
mod tests;

use std::future::ready;

use bellwether::App;
use bellwether::http::browser::cors::preflight;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, routes, serve};
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(ready(handle(app, &request))))
}

fn handle(app: &App, request: &Request) -> Result<Reply, Problem> {
    let methods = routes::allowed(request.uri().path()).join(", ");
    if methods.is_empty() {
        return Err(Problem::NotFound);
    }
    let preflight = preflight(app.browser.as_ref(), request, &methods)?;
    preflight.ok_or(Problem::MethodNotAllowed(methods))
}
