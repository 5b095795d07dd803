//! Whether a request that a browser sends with its cookies is meant by an own page: cookies come along
//! whoever makes the browser send them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use lambda_http::Request;

use crate::auth::sha256;
use crate::net::origin::{Browser, Origin};

/// Carries the session's `csrf_token`.
const HEADER: &str = "x-csrf-token";

/// Nothing proves that an own page meant the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not from an own page")]
pub struct NotOwnPage;

/// What is kept of a session's `csrf_token`.
#[must_use]
pub fn csrf_hash(token: &str) -> String {
    sha256::hex(format!("csrf {token}").as_bytes())
}

/// Lets a request through that comes from a page of the list.
///
/// # Errors
/// When it names no origin or another.
pub fn from_own_page(browser: &Browser, request: &Request) -> Result<(), NotOwnPage> {
    let origin = Origin::of(request.headers()).ok_or(NotOwnPage)?;
    if browser.allows(&origin) { Ok(()) } else { Err(NotOwnPage) }
}

/// Lets a request through that also carries the `csrf_token` behind `hash`, unless its method changes
/// nothing (RFC 9110 section 9.2.1).
///
/// # Errors
/// When it is not an own page's, or the token is missing or another.
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
