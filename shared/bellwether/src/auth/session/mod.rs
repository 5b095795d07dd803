//! Sessions of users, and their refresh tokens (RFC 9700 section 4.14, RFC 6749 section 6).
//!
//! A refresh token consists of a family and a secret. Each use replaces the secret by its successor, an HMAC
//! of it. A use that is repeated within 5 s, for example by a second tab or after a lost response, therefore
//! gets the same successor, although only hashes are stored. The use of an older token shows that two parties
//! have tokens of the family, and ends the session for both.

mod refresh;
#[cfg(test)]
mod tests;

pub use refresh::RefreshToken;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

use crate::auth::users::{User, UserId};
use domain::clock::Timestamp;
use domain::experiment::Workspace;

/// The time in milliseconds during which a use of the predecessor counts as a repetition.
const REPEAT_MS: i64 = 5_000;
/// A session ends when it is not used for 14 days, in seconds.
pub const IDLE_SECONDS: i64 = 14 * 86_400;
/// A session ends after 90 days even if it is used, in seconds.
pub const LIFE_SECONDS: i64 = 90 * 86_400;
/// A session's id: the first 128 bits of the hash of its family. It gives no access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

/// A stored session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub session_id: SessionId,
    /// The user.
    pub user_id: UserId,
    /// The user's workspace.
    pub workspace: Workspace,
    /// The user's `session_epoch` when the session began.
    pub epoch: u32,
    /// The hash of the token that may be used next. It matches no token after the session was ended.
    pub current: String,
    /// The hash of the token that was used last.
    pub previous: String,
    /// The hash of the CSRF token, if the session is in cookies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf: Option<String>,
    /// Milliseconds since 1970 of the last use.
    pub used_at: i64,
    /// Seconds since 1970 when the session ends, even if it is used.
    pub ends_at: i64,
    /// Seconds since 1970 after which the session cannot be used and may be deleted.
    pub expires_at: i64,
}

/// The effect of using a token.
#[derive(Debug)]
pub enum Use {
    /// The token is current. Store this session in place of the old one.
    Rotate(Box<Session>),
    /// The token was used a moment ago. The response contains the same successor, and nothing is stored.
    Repeat,
    /// The token was used before, so another party has a copy. The session must end.
    Reused,
    /// The session has ended.
    Over,
}

impl Session {
    /// Creates a session that begins now with `token`.
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

    /// The session with the hash of its `csrf_token`, for a session in cookies.
    #[must_use]
    pub fn in_cookies(self, csrf: String) -> Self {
        Self { csrf: Some(csrf), ..self }
    }

    /// Decides the effect of using `token`, which belongs to this session, at `now`. `successor` is the token
    /// that would follow it.
    #[must_use]
    pub fn judge(&self, token: &RefreshToken, successor: &RefreshToken, now: Timestamp) -> Use {
        let same = |stored: &str| verify_slices_are_equal(stored.as_bytes(), token.hash().as_bytes()).is_ok();
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
    /// The id as written in keys and in the audit.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
