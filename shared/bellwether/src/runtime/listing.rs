//! Lists in pages: the number of entries in a page, and the opaque cursor of the next page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

use super::endpoint::{Call, Endpoint};
use crate::http::problem::Problem;
use crate::http::reply::Reply;

/// The requested part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage<K> {
    /// The maximum number of entries: 1 to 100.
    pub limit: u16,
    /// The name of the entry after which the page begins. None for the first page.
    pub after: Option<K>,
}

impl<K: TryFrom<String>> ListPage<K> {
    /// Reads the page from `?limit=` (50 by default) and `?next=`.
    ///
    /// # Errors
    /// 422 for an invalid value.
    pub fn of<E: Endpoint>(call: &Call<E>) -> Result<Self, Problem> {
        let limit = limit(call.query("limit")?)?;
        Ok(Self { limit, after: call.query("next")?.map(cursor).transpose()? })
    }
}

/// Creates the response: `lines` under `name`, and the cursor of the next page, which begins after the entry
/// `last`. None for the last page.
///
/// # Errors
/// When the entries cannot be written as JSON.
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

/// Parses a cursor: the name of the last entry on an earlier page.
fn cursor<K: TryFrom<String>>(text: &str) -> Result<K, Problem> {
    let name = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let cursor = name.and_then(|name| K::try_from(name).ok());
    cursor.ok_or_else(|| Problem::field("?next", "must be the `next` of an earlier page"))
}
