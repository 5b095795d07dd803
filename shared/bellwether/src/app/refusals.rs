//! Rate limit for audit records of refusals. An instance records one refusal a minute for each combination of
//! caller, target and reason, with the number that it omitted since. Without this limit, a caller with a
//! token could cause writes into the partitions that every change in the workspace needs.

use crate::cache::Cache;
use domain::clock::Timestamp;

/// After a recorded refusal, the time in milliseconds during which equal refusals are only counted.
const PAUSE_MS: i64 = 60_000;
/// The maximum number of different refusals that an instance remembers.
const REMEMBERED: usize = 1_000;

/// Caller, target and reason.
type RefusalKind = (String, String, String);

/// The refusals of an instance: when each kind was last recorded, and how many were omitted since.
#[derive(Debug)]
pub struct Refusals(Cache<RefusalKind, (Timestamp, u64)>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Refusals {
    /// Counts a refusal. Returns None when it must not be recorded, otherwise the number of equal refusals
    /// that were omitted since the last record.
    pub fn count(&self, kind: RefusalKind, now: Timestamp) -> Option<u64> {
        let pausing = |at: Timestamp| (0..PAUSE_MS).contains(&(now.millis() - at.millis()));
        self.0.change(kind, now, |before| match before {
            Some(&(at, omitted)) if pausing(at) => ((at, omitted + 1), None),
            before => ((now, 0), Some(before.map_or(0, |&(_, omitted)| omitted))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_refusals_are_recorded_once_a_minute_with_the_number_omitted() {
        let refusals = Refusals::default();
        let at = |seconds: i64| Timestamp::from_millis(1_795_255_200_000 + seconds * 1_000);
        let kind = |who: &str| (who.to_owned(), "POST /users".to_owned(), "needs users:write".to_owned());
        assert_eq!(refusals.count(kind("acme/eve"), at(0)), Some(0));
        for second in 0..50 {
            assert_eq!(refusals.count(kind("acme/eve"), at(second)), None);
        }
        assert_eq!(
            refusals.count(kind("acme/ada"), at(50)),
            Some(0),
            "a refusal of another caller is recorded"
        );
        assert_eq!(refusals.count(kind("acme/eve"), at(60)), Some(50));
        assert_eq!(refusals.count(kind("acme/eve"), at(61)), None);
        assert_eq!(
            refusals.count(kind("acme/eve"), at(10)),
            Some(1),
            "a clock that was set back suppresses no record"
        );
    }

    #[test]
    fn the_number_of_remembered_refusals_is_limited() {
        let refusals = Refusals::default();
        for n in 0..3_000 {
            let kind = (format!("acme/{n}"), "POST /users".to_owned(), "needs users:write".to_owned());
            assert_eq!(refusals.count(kind, Timestamp::from_millis(n)), Some(0));
        }
        assert_eq!(refusals.0.len(), 1_000);
    }
}
