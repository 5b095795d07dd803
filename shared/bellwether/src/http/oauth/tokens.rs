//! The response to a sign-in or a token request (RFC 6749 section 5.1).

use lambda_http::http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::auth::issue::Issued;
use crate::auth::session::{IDLE_SECONDS, RefreshToken};
use crate::auth::token::LIFE_SECONDS;
use crate::http::browser::cookies::{ACCESS, REFRESH, write};
use crate::http::problem::Problem;
use crate::http::reply::Reply;

/// Returns tokens in the response body: an access token and, for a user, a refresh token.
///
/// # Errors
/// When the response cannot be written as JSON.
pub fn in_body(access: &Issued, refresh: Option<&RefreshToken>) -> Result<Reply, Problem> {
    let mut body = about(access);
    body["access_token"] = json!(access.token.expose_secret());
    body["token_type"] = json!("Bearer");
    if let Some(token) = refresh {
        body["refresh_token"] = json!(token.to_text().expose_secret());
    }
    Reply::ok(&body)
}

/// Returns tokens in cookies, which scripts cannot read. The body contains the `csrf_token` that the page
/// must send with requests.
///
/// # Errors
/// When the response cannot be written.
pub fn in_cookies(access: &Issued, refresh: &RefreshToken, csrf: &SecretString) -> Result<Reply, Problem> {
    let mut body = about(access);
    body["csrf_token"] = json!(csrf.expose_secret());
    Reply::ok(&body)?
        .header(SET_COOKIE, &write(ACCESS, access.token.expose_secret(), LIFE_SECONDS))?
        .header(SET_COOKIE, &write(REFRESH, refresh.to_text().expose_secret(), IDLE_SECONDS))
}

/// Adds headers to a response that delete both cookies.
///
/// # Errors
/// Those of [`in_cookies`].
pub fn no_cookies(reply: Reply) -> Result<Reply, Problem> {
    reply.header(SET_COOKIE, &write(ACCESS, "", 0))?.header(SET_COOKIE, &write(REFRESH, "", 0))
}

fn about(access: &Issued) -> Value {
    json!({ "expires_in": LIFE_SECONDS, "scope": access.scope })
}
