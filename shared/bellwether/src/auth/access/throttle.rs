//! Decides whether a password may be tried, from the counts of earlier attempts. Pure: `store/throttles.rs`
//! stores the counts.
//!
//! Three limits apply (NIST SP 800-63B-4 section 3.2.2, ASVS 5.0 section 6.3.1). A source that fails at a
//! user account waits longer after each failure. A network with 100 failures in a day, over all user
//! accounts, and a user account with 100 failures in a row are locked, at first for a minute, then longer
//! after each further failure. No wait exceeds an hour, so the failures of others never lock a user out
//! permanently. Only the first limit applies to a source that has signed in to the user account before.

mod row;
#[cfg(test)]
mod tests;

pub use row::{Counted, Row};

use domain::clock::Timestamp;

/// The number of failures of one source at one user account before it has to wait.
pub const FREE_FAILURES: u32 = 5;
/// The longest wait of one source at one user account, in seconds.
pub const LONGEST_WAIT: i64 = 900;
/// The number of failures that causes a lock: of one network in a day over all user accounts, or at one user
/// account in a row from any source.
pub const FAILURES: i64 = 100;
/// The first lock of a network or a user account, in seconds. Each further failure doubles the lock.
pub const FIRST_LOCK: i64 = 60;
/// The longest lock, in seconds.
pub const LONGEST_LOCK: i64 = 3_600;
/// The time in seconds for which a source that has signed in to a user account stays known to it, and for
/// which failures at a user account are remembered.
pub const MONTH: i64 = 30 * DAY;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// An attempt: the user account and the source, as keyed hashes.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The key under which the user account's failures are counted. It changes when they are forgotten.
    pub account: String,
    /// The permanent key of the user account, for the sources that have signed in to it.
    pub email: String,
    /// The user's `throttle_epoch`. Failures of a source under another epoch are forgotten.
    pub epoch: u32,
    /// The source.
    pub source: String,
    /// The networks that contain the source, smallest first.
    pub networks: Vec<String>,
}

/// The counts of one source at one user account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    /// The failures since the last success.
    pub failures: u32,
    /// Milliseconds since 1970 before which no further attempt is allowed.
    pub open_at: i64,
    /// Seconds since 1970 after which the failures are forgotten.
    pub forget_at: i64,
    /// Seconds since 1970 until which the source is known to the user account: 30 days after its last
    /// sign-in.
    pub known_until: i64,
}

/// All counts that apply to an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Of this source at this user account.
    pub pair: Pair,
    /// Of each network that contains the source, today.
    pub sources: Vec<Row>,
    /// Of consecutive failures at this user account.
    pub account: Row,
}

/// The reason and the duration of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The limit that applies.
    pub limit: Limit,
    /// Seconds to wait, 1 to 3,600.
    pub seconds: i64,
}

/// A limit on attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// For one source at one user account.
    Pair,
    /// For one network in a day.
    Source,
    /// For one user account.
    Account,
}

impl Limit {
    /// The name, the quota and the window in seconds, as in the header `RateLimit-Policy`.
    #[must_use]
    pub fn policy(self) -> (&'static str, i64, i64) {
        match self {
            Self::Pair => ("sign-in", i64::from(FREE_FAILURES), DAY),
            Self::Source => ("sign-in-source", FAILURES, DAY),
            Self::Account => ("sign-in-account", FAILURES, MONTH),
        }
    }
}

impl Pair {
    /// The counts to store before the password is checked: the attempt, counted as a failure.
    #[must_use]
    pub fn counted(self, now: Timestamp) -> Self {
        let failures = self.current(now) + 1;
        let wait = match failures.checked_sub(FREE_FAILURES) {
            None => 0,
            Some(more) => LONGEST_WAIT.min(1_i64.checked_shl(more).unwrap_or(LONGEST_WAIT)),
        };
        Self {
            failures,
            open_at: if wait == 0 { 0 } else { now.millis() + wait * 1_000 },
            forget_at: now.seconds() + DAY,
            known_until: self.known_until,
        }
    }

    /// The counts to store after a success: the source is known, and its failures are removed.
    #[must_use]
    pub fn known(now: Timestamp) -> Self {
        Self { known_until: now.seconds() + MONTH, ..Self::default() }
    }

    /// Seconds since 1970 after which the counts have no effect.
    #[must_use]
    pub fn ends(self) -> i64 {
        self.forget_at.max(self.known_until)
    }

    /// Whether the source is known to the user account.
    #[must_use]
    pub fn is_known(self, now: Timestamp) -> bool {
        now.seconds() < self.known_until
    }

    fn current(self, now: Timestamp) -> u32 {
        if now.seconds() < self.forget_at { self.failures.min(62) } else { 0 }
    }
}

impl Counts {
    /// Decides whether an attempt is allowed at `now`. The caller must still count it, which fails if another
    /// request counts first.
    ///
    /// # Errors
    /// The wait.
    pub fn admit(&self, now: Timestamp) -> Result<(), Wait> {
        let shut = |limit, open_at: i64| {
            let millis = open_at - now.millis();
            if millis <= 0 { Ok(()) } else { Err(Wait { limit, seconds: (millis + 999) / 1_000 }) }
        };
        shut(Limit::Pair, self.pair.open_at)?;
        if self.pair.is_known(now) {
            return Ok(());
        }
        let latest = self.sources.iter().map(|row| row.open_at).max();
        shut(Limit::Source, latest.unwrap_or_default())?;
        shut(Limit::Account, self.account.open_at)
    }
}

/// Seconds since 1970 of the end of the UTC day of `now`.
#[must_use]
pub fn end_of_day(now: Timestamp) -> i64 {
    (now.seconds() / DAY + 1) * DAY
}
