//! Lists, a page at a time: how many lines a page has, and the opaque place where the next begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use super::endpoint::{Call, Endpoint};
use crate::http::problem::Problem;
use crate::http::reply::Reply;

/// The part of a list that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<K> {
    /// How many lines it may have: 1 to 100.
    pub limit: u16,
    /// The name of the line that it comes after; None for the first page.
    pub after: Option<K>,
}

impl<K: TryFrom<String>> ListPage<K> {
    /// The page that a request asks for by `?limit=` (50 if it does not say) and `?next=`.
    ///
    /// # Errors
    /// 422.
    pub fn of<E: Endpoint>(call: &Call<E>) -> Result<Self, Problem> {
        let limit = limit(call.query("limit")?)?;
        Ok(Self { limit, after: call.query("next")?.map(place).transpose()? })
    }
}

/// The answer: `lines` under `name`, and where the next page begins, after the line called `last`; None when there
/// is none.
///
/// # Errors
/// When the lines cannot be written as JSON.
pub fn answer(name: &str, lines: &impl Serialize, last: Option<impl Into<String>>) -> Result<Reply, Problem> {
    let next = last.map(|last| URL_SAFE_NO_PAD.encode(last.into()));
    Reply::ok(&json!({ name: lines, "next": next }))
}

fn limit(text: Option<&str>) -> Result<u16, Problem> {
    let Some(text) = text else { return Ok(50) };
    let in_range = |limit: &u16| (1..=100).contains(limit);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let limit = text.parse().ok().filter(in_range).filter(|_| digits);
    limit.ok_or_else(|| Problem::field("?limit", "must be a whole number from 1 to 100"))
}

/// Reads back a place: the name of an earlier page's last line.
fn place<K: TryFrom<String>>(text: &str) -> Result<K, Problem> {
    let name = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = name.and_then(|name| K::try_from(name).ok());
    place.ok_or_else(|| Problem::field("?next", "must be the `next` of an earlier page"))
}
