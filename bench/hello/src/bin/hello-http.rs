//! The baseline behind API Gateway: `lambda_http` reads the request, and the function does nothing with it.

use lambda_http::{Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}

async fn hello(request: Request) -> Result<Response<String>, Error> {
    Ok(Response::new(format!("Hello, {}!", request.uri().path())))
}
