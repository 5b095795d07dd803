//! Which refusals an instance has recorded. Of the same refusal of the same caller it records one a minute,
//! with how many it left out: who holds a token must not be able to buy writes into the partitions that every
//! change of the workspace needs.

use crate::cache::Cache;
use domain::clock::Timestamp;

/// For how long a refusal like one that was recorded is only counted, in milliseconds.
const PAUSE_MS: i64 = 60_000;
/// How many different refusals an instance remembers.
const REMEMBERED: usize = 1_000;

/// Who was refused what, and why.
type RefusalKind = (String, String, String);

/// The refusals of an instance: when each kind was recorded last, and how many were left out since.
#[derive(Debug)]
pub struct Refusals(Cache<RefusalKind, (Timestamp, u64)>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Refusals {
    /// Counts a refusal: None when it is not to be recorded, else how many like it were left out before.
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
    fn of_one_refusal_one_a_minute_is_recorded_with_how_many_were_left_out() {
        let refusals = Refusals::default();
        let at = |seconds: i64| Timestamp::from_millis(1_795_255_200_000 + seconds * 1_000);
        let kind = |who: &str| (who.to_owned(), "POST /users".to_owned(), "needs users:write".to_owned());
        assert_eq!(refusals.count(kind("acme/eve"), at(0)), Some(0));
        for second in 0..50 {
            assert_eq!(refusals.count(kind("acme/eve"), at(second)), None);
        }
        assert_eq!(refusals.count(kind("acme/ada"), at(50)), Some(0), "another's is recorded");
        assert_eq!(refusals.count(kind("acme/eve"), at(60)), Some(50));
        assert_eq!(refusals.count(kind("acme/eve"), at(61)), None);
        assert_eq!(
            refusals.count(kind("acme/eve"), at(10)),
            Some(1),
            "a clock that was set back hides nothing"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let refusals = Refusals::default();
        for n in 0..3_000 {
            let kind = (format!("acme/{n}"), "POST /users".to_owned(), "needs users:write".to_owned());
            assert_eq!(refusals.count(kind, Timestamp::from_millis(n)), Some(0));
        }
        assert_eq!(refusals.0.len(), 1_000);
    }
}
