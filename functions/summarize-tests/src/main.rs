//! The binary of this function: the crate's [`summarize_tests::FUNCTION`] under the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(summarize_tests::FUNCTION).await
}
