//! Runs [`answer_privacy_requests::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(answer_privacy_requests::FUNCTION).await
}
