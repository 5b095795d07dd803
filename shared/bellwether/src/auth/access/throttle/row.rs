//! Failures that are counted together, whoever they are of: of a network in a day, or at an account in
//! a row.

use super::{DAY, FAILURES, FIRST_LOCK, LONGEST_LOCK};
use domain::clock::Timestamp;

/// Failures that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// How many, when the last one was counted.
    pub failures: i64,
    /// Milliseconds since 1970 before which there is no next attempt.
    pub open_at: i64,
    /// Seconds since 1970 of the last failure.
    pub last_at: i64,
    /// Seconds since 1970 from which on all of them are forgotten.
    pub until: i64,
}

/// What is stored of an attempt before its password is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// One more of those that lock nothing, of which there may be [`FAILURES`] − 1.
    Free,
    /// This many, and a lock until this time in milliseconds since 1970, 0 for none. Of attempts at the
    /// same time one alone may store it.
    Alone {
        /// How many failures there are now.
        failures: i64,
        /// Milliseconds since 1970 before which there is no next attempt.
        open_at: i64,
    },
}

impl Row {
    /// The attempt, counted as a failure.
    #[must_use]
    pub fn counted(self, now: Timestamp) -> Counted {
        let failures = self.current(now) + 1;
        if failures < FAILURES && failures == self.failures + 1 {
            return Counted::Free;
        }
        let more = failures - FAILURES;
        if more < 0 {
            return Counted::Alone { failures, open_at: 0 };
        }
        let lock = LONGEST_LOCK.min(FIRST_LOCK << more.min(16));
        Counted::Alone { failures, open_at: now.millis() + lock * 1_000 }
    }

    /// How many failures matter now. After a quiet day the next lock is the first one again.
    fn current(self, now: Timestamp) -> i64 {
        if now.seconds() >= self.until {
            0
        } else if now.seconds() >= self.last_at + DAY {
            self.failures.min(FAILURES - 1)
        } else {
            self.failures
        }
    }
}
