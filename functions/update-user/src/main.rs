//! Runs [`update_user::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(update_user::FUNCTION).await
}
