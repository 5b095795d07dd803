//! Begins the session of a user whose password has been verified.

use bellwether::App;
use bellwether::auth::access::csrf::{csrf_hash, from_own_page};
use bellwether::auth::session::{RefreshToken, Session};
use bellwether::auth::token::Grant;
use bellwether::auth::users::User;
use bellwether::http::problem::Problem;
use bellwether::http::{oauth::tokens, reply::Reply};
use bellwether::random;
use bellwether::store::audit::{Action, Provenance};
use lambda_http::Request;
use secrecy::ExposeSecret;

/// Checks that a request for cookies comes from an allowed page. Otherwise, another site could sign a browser in as
/// another user.
pub fn own_page(app: &App, request: &Request) -> Result<(), Problem> {
    let off = "is not supported: cookies need a custom domain; omit this field and store the tokens yourself";
    let browser = app.browser.as_ref().ok_or_else(|| Problem::field("/session", off))?;
    Ok(from_own_page(browser, request)?)
}

/// Begins a session and records the sign-in in one transaction.
pub async fn begin(app: &App, user: &User, origin: &Provenance, in_cookies: bool) -> Result<Reply, Problem> {
    let token = RefreshToken::from_random(random::bytes().map_err(Problem::internal)?);
    let csrf = token.csrf(&*app.auth.signing_keys().await?);
    let (mut session, mut grant) = (Session::begin(&token, user, origin.at), Grant::to_user(user));
    if in_cookies {
        let hash = csrf_hash(csrf.expose_secret());
        session = session.in_cookies(hash.clone());
        grant = grant.in_cookies(hash);
    }
    let entry = origin.record(&user.workspace, &user.user_id, Action::SignedIn, session.session_id.as_str());
    app.store.sessions.begin(&session, entry.unconditional()).await?;
    let issued = app.auth.grant(grant).await?;
    if in_cookies {
        tokens::in_cookies(&issued, &token, &csrf)
    } else {
        tokens::in_body(&issued, Some(&token))
    }
}
