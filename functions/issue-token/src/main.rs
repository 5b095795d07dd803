//! `POST /oauth/token`: a refresh token for its successor and a new access token, or a client's secret
//! for an access token (RFC 6749 sections 4.4 and 6).
//!
//! What a use of a refresh token means: `bellwether::auth::session`. The password grant is not offered
//! (RFC 9700 section 2.4).

mod machine;
mod refresh;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::http::oauth::form::Form;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::{Function, reply::Reply, serve};
use lambda_http::{Error, Request};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let form = Form::of(&request)?;
    match form.text("grant_type") {
        Some("refresh_token") => refresh::answer(app, &request, &form).await,
        Some("client_credentials") => machine::answer(app, &request, &form).await,
        Some(_) => Err(OAuthError::UnsupportedGrantType.into()),
        None => Err(OAuthError::invalid_request("grant_type is missing").into()),
    }
}
