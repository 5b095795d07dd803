//! The binary of this function: the crate's [`login::FUNCTION`] under the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(login::FUNCTION).await
}
