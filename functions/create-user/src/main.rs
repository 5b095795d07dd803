//! The binary of this function: the crate's [`create_user::FUNCTION`] under the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(create_user::FUNCTION).await
}
