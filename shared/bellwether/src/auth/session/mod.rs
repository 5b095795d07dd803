//! Sessions of people, and the refresh tokens that keep them alive (RFC 9700 section 4.14, RFC 6749
//! section 6).
//!
//! A token is a family and a secret. Each use replaces the secret by its successor, which is an HMAC
//! of it: so whoever repeats a use within 5 s, two tabs or a lost answer, is told the same successor,
//! and nothing but hashes is stored. A use of anything older means that two hold the family, and ends
//! it for both.

mod refresh;
#[cfg(test)]
mod tests;

pub use refresh::RefreshToken;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

use crate::auth::users::{User, UserId};
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// A predecessor is taken for a repeated use for this long, in milliseconds.
const REPEAT_MS: i64 = 5_000;
/// A session that is not used for 14 days is over; in seconds.
pub const IDLE_SECONDS: i64 = 14 * 86_400;
/// A session is over after 90 days however it is used; in seconds.
pub const LIFE_SECONDS: i64 = 90 * 86_400;
/// A session's name: the first 128 bits of the hash of its family. Knowing it opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

/// What is stored of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Its name.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// In which workspace.
    pub workspace: Workspace,
    /// The person's `session_epoch` when it began.
    pub epoch: u32,
    /// The hash of the token that may be used next; of none once the session has been ended.
    pub current: String,
    /// The hash of the token that was used last.
    pub previous: String,
    /// The hash of the token that proves a browser's request to be the page's own, if it is kept in
    /// cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// When it was used last, in milliseconds since 1970.
    pub used_at: i64,
    /// Seconds since 1970 when it ends, used or not.
    pub ends_at: i64,
    /// Seconds since 1970 after which it is not used any more, and may be deleted.
    pub expires_at: i64,
}

/// What a use of a token means.
#[derive(Debug)]
pub enum Use {
    /// It is the current token: store this session in place of the old one.
    Rotate(Box<Session>),
    /// It has just been used: the successor is told again, nothing is stored.
    Repeat,
    /// It was used before: somebody has a copy. The session has to end.
    Reused,
    /// The session is over.
    Over,
}

impl Session {
    /// A session that begins now with `token`.
    #[must_use]
    pub fn begin(token: &RefreshToken, user: &User, now: Timestamp) -> Self {
        Self {
            session_id: token.session_id(),
            user_id: user.user_id.clone(),
            workspace: user.workspace.clone(),
            epoch: user.session_epoch,
            current: token.hash(),
            previous: String::new(),
            csrf: None,
            used_at: now.millis(),
            ends_at: now.seconds() + LIFE_SECONDS,
            expires_at: now.seconds() + IDLE_SECONDS,
        }
    }

    /// The same, kept in a browser's cookies, with the hash of its `csrf_token`.
    #[must_use]
    pub fn in_cookies(self, csrf: String) -> Self {
        Self { csrf: Some(csrf), ..self }
    }

    /// What it means that `token`, which names this session, is used at `now`, when `successor` would
    /// follow it.
    #[must_use]
    pub fn judge(&self, token: &RefreshToken, successor: &RefreshToken, now: Timestamp) -> Use {
        let same = |kept: &str| verify_slices_are_equal(kept.as_bytes(), token.hash().as_bytes()).is_ok();
        if now.seconds() >= self.expires_at || self.current.is_empty() {
            return Use::Over;
        }
        if same(&self.current) {
            return Use::Rotate(Box::new(Self {
                current: successor.hash(),
                previous: self.current.clone(),
                used_at: now.millis(),
                expires_at: self.ends_at.min(now.seconds() + IDLE_SECONDS),
                ..self.clone()
            }));
        }
        let just_now = now.millis() - self.used_at <= REPEAT_MS;
        if same(&self.previous) && just_now { Use::Repeat } else { Use::Reused }
    }
}

impl SessionId {
    /// The name as it stands in keys and in the audit.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
