//! Any other method of a declared path: returns 405 with the methods that the path has, from
//! `bellwether::operations`, and answers preflights for those methods from pages of an allowed origin.

#[cfg(test)]
mod tests;

use std::future::ready;

use bellwether::App;
use bellwether::http::browser::cors::preflight;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{REJECT_METHOD, routing};
use bellwether::runtime::Function;
use lambda_http::Request;

/// The function.
pub const FUNCTION: Function =
    Function::on_everything(REJECT_METHOD, |app, request| Box::pin(ready(handle(app, &request))));

fn handle(app: &App, request: &Request) -> Result<Reply, Problem> {
    let methods = routing::allowed(request.uri().path()).join(", ");
    if methods.is_empty() {
        return Err(Problem::NotFound);
    }
    let preflight = preflight(app.browser.as_ref(), request, &methods)?;
    preflight.ok_or(Problem::MethodNotAllowed(methods))
}
