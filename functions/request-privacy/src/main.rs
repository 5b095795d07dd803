//! Runs [`request_privacy::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(request_privacy::FUNCTION).await
}
