//! The grant `refresh_token`.

use bellwether::App;
use bellwether::auth::access::csrf::meant;
use bellwether::auth::session::{RefreshToken, Session, Use};
use bellwether::auth::token::{FIRST_PARTY, Grant};
use bellwether::auth::users::User;
use bellwether::http::browser::cookies;
use bellwether::http::oauth::form::Form;
use bellwether::http::oauth::tokens;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::reply::Reply;
use bellwether::runtime::Call;
use bellwether::store::audit::Action;
use bellwether::store::sessions::Used;
use lambda_http::Request;

use crate::IssueToken;

/// Returns the token's successor and an access token with the user's current role.
pub async fn respond(app: &App, call: &Call<IssueToken>) -> Result<Reply, Problem> {
    let (form, request) = (&call.body, &call.request);
    if form.text("client_id").is_some_and(|id| id != FIRST_PARTY) {
        return Err(OAuthError::InvalidGrant.into());
    }
    let (token, in_cookie) = offered(app, request, form)?;
    let session = app.store.sessions.get(&token.session_id()).await?.ok_or(OAuthError::InvalidGrant)?;
    if session.csrf.is_some() != in_cookie {
        return Err(OAuthError::InvalidGrant.into());
    }
    if let (Some(browser), Some(hash)) = (&app.browser, &session.csrf) {
        meant(browser, request, hash)?;
    }
    let user = holder(app, &session).await?;
    let grant = Grant { csrf: session.csrf.clone(), ..Grant::to_user(&user) };
    let grant = grant.narrowed(form.text("scope")).ok_or(OAuthError::InvalidScope)?;
    let keys = app.auth.signing_keys().await?;
    let successor = token.successor(&keys);
    rotate(app, call, session, &token, &successor).await?;
    let issued = app.auth.grant(grant).await?;
    if in_cookie {
        return tokens::in_cookies(&issued, &successor, &successor.csrf(&keys));
    }
    tokens::in_body(&issued, Some(&successor))
}

/// Returns the token of the form, or of the cookie if cookies are allowed, and whether it came from the cookie.
fn offered(app: &App, request: &Request, form: &Form) -> Result<(RefreshToken, bool), OAuthError> {
    let cookie = || app.browser.as_ref().and_then(|_| cookies::read(request.headers(), cookies::REFRESH));
    let (text, in_cookie) = match form.get("refresh_token") {
        Some(text) => (text.clone(), false),
        None => (cookie().ok_or(OAuthError::InvalidRequest("refresh_token is missing"))?, true),
    };
    Ok((RefreshToken::parse(&text).ok_or(OAuthError::InvalidGrant)?, in_cookie))
}

/// Returns the session's user, if the user may use it. Disabling a user, lowering the role or setting a new password
/// ends all sessions of the user.
async fn holder(app: &App, session: &Session) -> Result<User, Problem> {
    let user = app.store.identities.user(&session.user_id).await?;
    let may_use = |user: &User| !user.disabled && user.session_epoch == session.epoch;
    Ok(user.filter(may_use).ok_or(OAuthError::InvalidGrant)?)
}

/// Replaces the token by its successor. Of concurrent requests with the same token, one writes, and all get the same
/// successor.
async fn rotate(
    app: &App,
    call: &Call<IssueToken>,
    mut session: Session,
    token: &RefreshToken,
    successor: &RefreshToken,
) -> Result<(), Problem> {
    loop {
        match session.judge(token, successor, app.clock.now()) {
            Use::Repeat => return Ok(()),
            Use::Over => return Err(OAuthError::InvalidGrant.into()),
            Use::Reused => return Err(end(app, call, &session).await?.into()),
            Use::Rotate(next) => match app.store.sessions.rotate(&next).await? {
                Used::Stored => return Ok(()),
                Used::Overtaken(Some(stored)) => session = *stored,
                Used::Overtaken(None) => return Err(OAuthError::InvalidGrant.into()),
            },
        }
    }
}

/// Ends the session: two parties have tokens of the same family, and it is unknown which of them stole it.
async fn end(app: &App, call: &Call<IssueToken>, session: &Session) -> Result<OAuthError, Problem> {
    let origin = call.origin(app)?;
    let id = session.session_id.as_str();
    let entry = origin.record(&session.workspace, &session.user_id, Action::RefreshReused, id).denied();
    app.store.sessions.end(&session.session_id, entry.unconditional()).await?;
    tracing::warn!(session = id, "a refresh token was reused; the session has ended");
    Ok(OAuthError::InvalidGrant)
}
