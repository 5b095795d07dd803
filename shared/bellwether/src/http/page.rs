//! Lists, a page at a time: how many lines a page has, and the opaque place where the next begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::problem::Problem;

/// How many lines a page may have: 1 to 100, 50 if the caller does not say.
///
/// # Errors
/// 422.
pub fn limit(text: Option<&str>) -> Result<u16, Problem> {
    let Some(text) = text else { return Ok(50) };
    let in_range = |limit: &u16| (1..=100).contains(limit);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let limit = text.parse().ok().filter(in_range).filter(|_| digits);
    limit.ok_or_else(|| Problem::field("?limit", "must be a whole number from 1 to 100"))
}

/// The place after the line of this name.
#[must_use]
pub fn after(name: impl Into<String>) -> String {
    URL_SAFE_NO_PAD.encode(name.into())
}

/// Reads back a place: the name of an earlier page's last line.
///
/// # Errors
/// 422.
pub fn place<T: TryFrom<String>>(text: &str) -> Result<T, Problem> {
    let name = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = name.and_then(|name| T::try_from(name).ok());
    place.ok_or_else(|| Problem::field("?next", "must be the `next` of an earlier page"))
}
