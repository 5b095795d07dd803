//! Protection against cross-site request forgery. A browser sends cookies with every request to the API,
//! including requests that another site causes, so a request with cookies must also prove that one of the
//! allowed pages sent it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use lambda_http::Request;

use crate::auth::sha256;
use crate::net::origin::{Browser, Origin};

/// The header that contains the session's `csrf_token`.
const HEADER: &str = "x-csrf-token";

/// The request does not prove that an allowed page sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not from an allowed page")]
pub struct NotOwnPage;

/// The stored hash of a session's `csrf_token`.
#[must_use]
pub fn csrf_hash(token: &str) -> String {
    sha256::hex(format!("csrf {token}").as_bytes())
}

/// Accepts a request from an allowed origin.
///
/// # Errors
/// When the request contains no origin or an origin that is not allowed.
pub fn from_own_page(browser: &Browser, request: &Request) -> Result<(), NotOwnPage> {
    let origin = Origin::of(request.headers()).ok_or(NotOwnPage)?;
    if browser.allows(&origin) { Ok(()) } else { Err(NotOwnPage) }
}

/// Accepts a request from an allowed origin that also contains the `csrf_token` of `hash`. Safe methods (RFC
/// 9110 section 9.2.1) need neither.
///
/// # Errors
/// When the origin is not allowed, or the token is missing or wrong.
pub fn meant(browser: &Browser, request: &Request, hash: &str) -> Result<(), NotOwnPage> {
    if request.method().is_safe() {
        return Ok(());
    }
    from_own_page(browser, request)?;
    let mut sent = request.headers().get_all(HEADER).iter();
    let (Some(token), None) = (sent.next(), sent.next()) else { return Err(NotOwnPage) };
    let offered = csrf_hash(token.to_str().unwrap_or_default());
    let same = verify_slices_are_equal(offered.as_bytes(), hash.as_bytes()).is_ok();
    if same { Ok(()) } else { Err(NotOwnPage) }
}
