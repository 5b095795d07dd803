//! Runs [`list_users::FUNCTION`] in the Lambda runtime.

use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    bellwether::runtime::serve(list_users::FUNCTION).await
}
