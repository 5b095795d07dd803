//! Any other method of a declared path: 405 with the methods that it has, from
//! `bellwether::http::routes`.

#[cfg(test)]
mod tests;

use std::future::ready;

use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, routes, serve};
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |_, request| Box::pin(ready(handle(&request))))
}

fn handle(request: &Request) -> Result<Reply, Problem> {
    match routes::allowed(request.uri().path()).as_slice() {
        [] => Err(Problem::NotFound),
        methods => Err(Problem::MethodNotAllowed(methods.join(", "))),
    }
}
