//! Whether a request that a browser sends with its cookies is meant by an own page: cookies come along
//! whoever makes the browser send them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use lambda_http::Request;

use super::sha256;
use crate::http::problem::Problem;
use crate::net::origin::{Browser, Origin};

/// Carries the session's `csrf_token`.
const HEADER: &str = "x-csrf-token";

/// What is kept of a session's `csrf_token`.
#[must_use]
pub fn csrf_hash(token: &str) -> String {
    sha256::hex(format!("csrf {token}").as_bytes())
}

/// Lets a request through that comes from a page of the list.
///
/// # Errors
/// 403 when it names no origin or another.
pub fn from_own_page(browser: &Browser, request: &Request) -> Result<(), Problem> {
    let origin = Origin::of(request.headers()).ok_or(Problem::CrossSite)?;
    if browser.allows(&origin) { Ok(()) } else { Err(Problem::CrossSite) }
}

/// Lets a request through that also carries the `csrf_token` behind `hash`, unless its method changes
/// nothing (RFC 9110 section 9.2.1).
///
/// # Errors
/// 403.
pub fn meant(browser: &Browser, request: &Request, hash: &str) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    from_own_page(browser, request)?;
    let mut sent = request.headers().get_all(HEADER).iter();
    let (Some(token), None) = (sent.next(), sent.next()) else { return Err(Problem::CrossSite) };
    let offered = csrf_hash(token.to_str().unwrap_or_default());
    let same = verify_slices_are_equal(offered.as_bytes(), hash.as_bytes()).is_ok();
    if same { Ok(()) } else { Err(Problem::CrossSite) }
}
