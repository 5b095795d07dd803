//! The guard of all operations with a scope. [`super::endpoint`] calls it before a handler runs.

use lambda_http::Request;
use lambda_http::http::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::auth::access::{Caller, Denial, Overreach, Scope, csrf, identify};
use crate::auth::token::{Claims, TokenRefused};
use crate::http::browser::cookies;
use crate::http::problem::Problem;
use crate::net::source::Source;

/// A token and where it was sent.
enum Token<'a> {
    InHeader(&'a str),
    InCookie(SecretString),
}

/// Admits a request with a valid token that has `scope`. A request with an administrative scope must come
/// from an allowed network, and one with cookies from an allowed page.
///
/// # Errors
/// 401 without a token or with an invalid one, 403 for a request that the token does not allow, 503 when the
/// keys cannot be read.
pub async fn require(app: &App, request: &Request, scope: Scope) -> Result<Caller, Problem> {
    let token = presented(app, request)?;
    let signed = app.auth.verified(token.text()).await?;
    let is_meant = is_meant(app, request, &token, &signed.claims)?;
    let caller = signed.claims.caller();
    identify(&caller.subject, &caller.workspace);
    let denial = if !is_meant {
        Denial::CrossSite
    } else if !caller.scopes.contains(&scope) {
        Denial::Scope(scope)
    } else if scope.is_administrative() && !app.admin_networks.contain(Source::of(request)?) {
        Denial::Network
    } else {
        return Ok(caller);
    };
    let source = Source::of(request)?;
    Err(Problem::Denied(Box::new(Overreach { caller, denial, source })))
}

/// The token in the header, or in the cookie if browsers are supported.
fn presented<'a>(app: &App, request: &'a Request) -> Result<Token<'a>, Problem> {
    if app.browser.is_some() && !request.headers().contains_key(AUTHORIZATION) {
        let cookie = cookies::read(request.headers(), cookies::ACCESS);
        return cookie.map(Token::InCookie).ok_or(Problem::Unauthenticated);
    }
    bearer(request).map(Token::InHeader)
}

/// Whether a request with a cookie comes from an allowed page. A token that was issued for a cookie is valid
/// only in a cookie.
fn is_meant(app: &App, request: &Request, token: &Token<'_>, claims: &Claims) -> Result<bool, Problem> {
    match (token, &app.browser, &claims.csrf) {
        (Token::InHeader(_), _, None) => Ok(true),
        (Token::InCookie(_), Some(browser), Some(hash)) => Ok(csrf::meant(browser, request, hash).is_ok()),
        _ => Err(Problem::InvalidToken(TokenRefused::Place)),
    }
}

impl Token<'_> {
    fn text(&self) -> &str {
        match self {
            Self::InHeader(text) => text,
            Self::InCookie(text) => text.expose_secret(),
        }
    }
}

/// The token in the `Authorization` header (RFC 6750 section 2.1).
fn bearer(request: &Request) -> Result<&str, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION).iter();
    let header = headers.next().ok_or(Problem::Unauthenticated)?;
    if headers.next().is_some() {
        return Err(Problem::InvalidToken(TokenRefused::Header));
    }
    let text = header.to_str().map_err(|_| Problem::InvalidToken(TokenRefused::Header))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::Unauthenticated),
    }
}
