//! Failures that are counted together: those of a network in a day, or those at a user account in a row.

use super::{DAY, FAILURES, FIRST_LOCK, LONGEST_LOCK};
use domain::clock::Timestamp;

/// The count of a group of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// The number of failures when the last one was counted.
    pub failures: i64,
    /// Milliseconds since 1970 before which no further attempt is allowed.
    pub open_at: i64,
    /// Seconds since 1970 of the last failure.
    pub last_at: i64,
    /// Seconds since 1970 at which all of them are forgotten.
    pub until: i64,
}

/// The change to store for an attempt before its password is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// One more failure that causes no lock. At most [`FAILURES`] − 1 of these are possible.
    Free,
    /// The number of failures, and a lock. Of concurrent attempts, only one may store it.
    Alone {
        /// The number of failures, including this one.
        failures: i64,
        /// Milliseconds since 1970 before which no further attempt is allowed. 0 for no lock.
        open_at: i64,
    },
}

impl Row {
    /// Counts the attempt as a failure.
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

    /// The number of failures that apply now. After a day without failures, the next lock is the first one
    /// again.
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
