//! `POST /oauth/token`: exchanges a refresh token for its successor and a new access token, or a client's
//! secret for an access token (RFC 6749 sections 4.4 and 6).
//!
//! `bellwether::auth::session` defines what a use of a refresh token means. The password grant is not offered
//! (RFC 9700 section 2.4).

mod client_credentials;
mod refresh;
#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::http::oauth::form::Form;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::reply::Reply;
use bellwether::operations::{ISSUE_TOKEN, Operation};
use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};
use bellwether::store::reach::Keyed;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<IssueToken>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct IssueToken;

impl Endpoint for IssueToken {
    const OPERATION: &'static Operation = &ISSUE_TOKEN;

    type Caller = Anyone;
    type Path = ();
    type Body = Form;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        match call.body.text("grant_type") {
            Some("refresh_token") => refresh::respond(app, &call).await,
            Some("client_credentials") => client_credentials::respond(app, &call).await,
            Some(_) => Err(OAuthError::UnsupportedGrantType.into()),
            None => Err(OAuthError::invalid_request("grant_type is missing").into()),
        }
    }
}
