//! `POST /oauth/revoke`: ends the session of a refresh token (RFC 7009).
//!
//! Any token of the session can end it, the current one or an older one. An unknown token gets the same
//! response as one that has been revoked (section 2.2).

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::csrf::meant;
use bellwether::auth::session::RefreshToken;
use bellwether::http::browser::cookies;
use bellwether::http::oauth::form::Form;
use bellwether::http::oauth::tokens;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::reply::Reply;
use bellwether::operations::{Operation, REVOKE_TOKEN};
use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};
use bellwether::store::audit::Action;
use bellwether::store::reach::Keyed;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// The function.
pub const FUNCTION: Function = Function::of(&[Handled::by::<RevokeToken>()]).reading(Keyed::Identities);

#[derive(Debug)]
struct RevokeToken;

impl Endpoint for RevokeToken {
    const OPERATION: &'static Operation = &REVOKE_TOKEN;

    type Caller = Anyone;
    type Path = ();
    type Body = Form;

    async fn handle(app: &App, call: Call<Self>) -> Result<Reply, Problem> {
        let cookie =
            || app.browser.as_ref().and_then(|_| cookies::read(call.request.headers(), cookies::REFRESH));
        let (offered, in_cookie) = match call.body.get("token") {
            Some(token) => (token.clone(), false),
            None => (cookie().ok_or(OAuthError::InvalidRequest("token is missing"))?, true),
        };
        match RefreshToken::parse(&offered) {
            Some(token) => end(app, &call, &token, in_cookie).await?,
            None if is_access_token(&offered) => return Err(OAuthError::UnsupportedTokenType.into()),
            None => {}
        }
        let response = Reply::ok(&json!({}))?;
        if in_cookie { tokens::no_cookies(response) } else { Ok(response) }
    }
}

/// Ends the session. A repeated call has no effect.
async fn end(
    app: &App,
    call: &Call<RevokeToken>,
    token: &RefreshToken,
    in_cookie: bool,
) -> Result<(), Problem> {
    let Some(session) = app.store.sessions.get(&token.session_id()).await? else { return Ok(()) };
    if session.current.is_empty() {
        return Ok(());
    }
    if let (true, Some(browser)) = (in_cookie, &app.browser) {
        meant(browser, &call.request, session.csrf.as_deref().unwrap_or_default())?;
    }
    let (id, origin) = (&session.session_id, call.origin(app)?);
    let entry = origin.record(&session.workspace, &session.user_id, Action::SessionEnded, id.as_str());
    app.store.sessions.end(id, entry.unconditional()).await?;
    Ok(())
}

/// Returns the error for an access token. It is verified without a lookup, so it cannot be revoked before it expires.
fn is_access_token(offered: &SecretString) -> bool {
    offered.expose_secret().starts_with("eyJ") && offered.expose_secret().split('.').count() == 3
}
