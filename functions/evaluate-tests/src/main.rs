//! Runs [`evaluate_tests::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(evaluate_tests::FUNCTION).await
}
