//! Whether somebody may try a password, from how attempts have gone so far. Pure: what is counted
//! lies in `store/throttles.rs`.
//!
//! Three limits (NIST SP 800-63B-4 section 3.2.2, ASVS 5.0 section 6.3.1): a source that fails at an
//! account waits longer and longer; a network that has failed 100 times in a day, over all accounts,
//! and an account that was failed at 100 times in a row are locked, for a minute and then for longer
//! and longer. No wait is longer than an hour, so nobody can be shut out for good by somebody else's
//! failures. A source that has signed in to the account before is held to the first limit alone.

mod row;
#[cfg(test)]
mod tests;

pub use row::{Counted, Row};

use domain::clock::Timestamp;

/// Failures of one source at one account before it has to wait.
pub const FREE_FAILURES: u32 = 5;
/// The longest wait of one source at one account, in seconds.
pub const LONGEST_WAIT: i64 = 900;
/// Failures of one network in a day over all accounts, or at one account in a row from wherever, of
/// which the last one locks.
pub const FAILURES: i64 = 100;
/// The first lock of a network or an account, in seconds; each failure after it doubles the lock.
pub const FIRST_LOCK: i64 = 60;
/// The longest lock, in seconds.
pub const LONGEST_LOCK: i64 = 3_600;
/// For how long a source that has signed in to an account is known to it, and for how long failures
/// at an account are remembered, in seconds.
pub const MONTH: i64 = 30 * DAY;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// Whom and from where an attempt is, as keyed hashes.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The account, as its failures are counted now: another one once they are forgotten.
    pub account: String,
    /// The account for good, by which the sources that have signed in to it are known.
    pub email: String,
    /// The person's `throttle_epoch`: what a source failed at under another number is forgotten.
    pub epoch: u32,
    /// The source.
    pub source: String,
    /// Each network that the source is in, the smallest first.
    pub networks: Vec<String>,
}

/// How one source has done at one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    /// Failures since the last success.
    pub failures: u32,
    /// Milliseconds since 1970 before which there is no next attempt.
    pub open_at: i64,
    /// Seconds since 1970 after which the failures are forgotten.
    pub forget_at: i64,
    /// Seconds since 1970 until which the source is known here: 30 days after it last signed in.
    pub known_until: i64,
}

/// All that is counted of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Of this source at this account.
    pub pair: Pair,
    /// Of each network that the source is in, today.
    pub sources: Vec<Row>,
    /// At this account in a row.
    pub account: Row,
}

/// Why there is no attempt now, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Which limit it is.
    pub limit: Limit,
    /// Seconds to wait, 1 to 3,600.
    pub seconds: i64,
}

/// A limit on attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// On one source at one account.
    Pair,
    /// On one network in a day.
    Source,
    /// On one account.
    Account,
}

impl Limit {
    /// Its name, its quota and the window of the quota in seconds, as `RateLimit-Policy` tells them.
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
    /// What is stored before the password is looked at: the attempt, counted as a failure.
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

    /// What is stored after a success: the source is known, its failures are forgiven.
    #[must_use]
    pub fn known(now: Timestamp) -> Self {
        Self { known_until: now.seconds() + MONTH, ..Self::default() }
    }

    /// Seconds since 1970 after which nothing of it matters.
    #[must_use]
    pub fn ends(self) -> i64 {
        self.forget_at.max(self.known_until)
    }

    /// Whether the source is known to the account.
    #[must_use]
    pub fn is_known(self, now: Timestamp) -> bool {
        now.seconds() < self.known_until
    }

    fn current(self, now: Timestamp) -> u32 {
        if now.seconds() < self.forget_at { self.failures.min(62) } else { 0 }
    }
}

impl Counts {
    /// Whether there may be an attempt at `now`. The caller still has to count it, and loses if
    /// somebody else does so first.
    ///
    /// # Errors
    /// For how long to wait.
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

/// Seconds since 1970 when the day of `now` ends, in UTC.
#[must_use]
pub fn end_of_day(now: Timestamp) -> i64 {
    (now.seconds() / DAY + 1) * DAY
}
