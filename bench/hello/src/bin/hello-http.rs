//! The floor of a function behind API Gateway: `lambda_http` reads the request, nothing is done
//! with it.

use lambda_http::{Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}

async fn hello(request: Request) -> Result<Response<String>, Error> {
    Ok(Response::new(format!("Hello, {}!", request.uri().path())))
}
