//! The binary of this function: the crate's [`list_users::FUNCTION`] under the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(list_users::FUNCTION).await
}
