//! `POST /oauth/revoke`: ends the session of a refresh token (RFC 7009).
//!
//! Whoever holds a token of the session may end it, the current one or an older one. A token that
//! means nothing here is answered like one that has been revoked (section 2.2).

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::access::csrf::meant;
use bellwether::auth::session::RefreshToken;
use bellwether::http::oauth::form::Form;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::{Function, browser::cookies, oauth::tokens, reply::Reply, serve};
use bellwether::store::audit::Action;
use lambda_http::{Error, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(function()).await
}

fn function() -> Function {
    Function::new(env!("CARGO_PKG_NAME"), |app, request| Box::pin(handle(app, request)))
}

async fn handle(app: &App, request: Request) -> Result<Reply, Problem> {
    let form = Form::of(&request)?;
    let cookie = || app.browser.as_ref().and_then(|_| cookies::read(request.headers(), cookies::REFRESH));
    let (offered, in_cookie) = match form.get("token") {
        Some(token) => (token.clone(), false),
        None => (cookie().ok_or(OAuthError::InvalidRequest("token is missing"))?, true),
    };
    match RefreshToken::parse(&offered) {
        Some(token) => end(app, &request, &token, in_cookie).await?,
        None if is_access_token(&offered) => return Err(OAuthError::UnsupportedTokenType.into()),
        None => {}
    }
    let answer = Reply::ok(&json!({}))?;
    if in_cookie { tokens::no_cookies(answer) } else { Ok(answer) }
}

/// Ends the session, once. The record comes first, so that no end goes unrecorded.
async fn end(app: &App, request: &Request, token: &RefreshToken, in_cookie: bool) -> Result<(), Problem> {
    let Some(session) = app.store.sessions.get(&token.session_id()).await? else { return Ok(()) };
    if session.current.is_empty() {
        return Ok(());
    }
    if let (true, Some(browser)) = (in_cookie, &app.browser) {
        meant(browser, request, session.csrf.as_deref().unwrap_or_default())?;
    }
    let (id, origin) = (&session.session_id, app.origin(request)?);
    let entry = origin.record(&session.workspace, &session.user_id, Action::SessionEnded, id.as_str());
    app.store.audit.put(&entry).await?;
    app.store.sessions.end(id).await?;
    Ok(())
}

/// Access tokens are verified without a lookup, so they cannot be taken back before they end.
fn is_access_token(offered: &SecretString) -> bool {
    offered.expose_secret().starts_with("eyJ") && offered.expose_secret().split('.').count() == 3
}
