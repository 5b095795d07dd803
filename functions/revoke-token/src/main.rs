//! `POST /oauth/revoke`: ends the session of a refresh token (RFC 7009).
//!
//! Whoever holds a token of the session may end it, the current one or an older one. A token that
//! means nothing here is answered like one that has been revoked (section 2.2).

#[cfg(test)]
mod tests;

use bellwether::App;
use bellwether::auth::session::RefreshToken;
use bellwether::http::form::Form;
use bellwether::http::oauth::OAuthError;
use bellwether::http::problem::Problem;
use bellwether::http::{Function, reply::Reply, serve};
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
    let offered = form.get("token").ok_or(OAuthError::InvalidRequest("token is missing"))?;
    match RefreshToken::parse(offered) {
        Some(token) => end(app, &request, &token).await?,
        None if is_access_token(offered) => return Err(OAuthError::UnsupportedTokenType.into()),
        None => {}
    }
    Reply::ok(&json!({}))
}

/// Ends the session, once. The record comes first, so that no end goes unrecorded.
async fn end(app: &App, request: &Request, token: &RefreshToken) -> Result<(), Problem> {
    let Some(session) = app.store.sessions.get(&token.session_id()).await? else { return Ok(()) };
    if session.current.is_empty() {
        return Ok(());
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
