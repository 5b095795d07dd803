//! How often the schedule counts a test: small ones with every run, so that what is wrong shows within
//! minutes, and larger ones more seldom, since each count reads every row.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::experiment::Experiment;

/// So many units add a second to the time between two counts: 30,000 units are counted every 5 minutes.
const UNITS_A_SECOND: u64 = 100;

/// The longest time between two counts, in seconds.
const LONGEST: u64 = 3_600;

/// A run that comes so many milliseconds early is in time: schedules are not exact.
const EARLY_MS: i64 = 30_000;

/// Whether a test is to be counted now: when it has changed since `before`, the report that was kept last, or
/// when that is old enough for its number of units.
#[must_use]
pub fn is_due(before: Option<&Value>, changed_at: Timestamp, now: Timestamp) -> bool {
    let Some((report, as_of)) = before.and_then(|report| Some((report, as_of(report)?))) else { return true };
    let units: u64 = report["units"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    let wait = i64::try_from((units / UNITS_A_SECOND).min(LONGEST)).unwrap_or(i64::MAX) * 1_000;
    changed_at > as_of || now.millis() - as_of.millis() >= wait - EARLY_MS
}

/// Whether `kept` is the final report of a shipped test, read when no instance assigned to it any longer.
#[must_use]
pub fn is_final(test: &Experiment, kept: Option<&Value>) -> bool {
    test.final_from().zip(kept.and_then(as_of)).is_some_and(|(from, as_of)| as_of >= from)
}

fn as_of(report: &Value) -> Option<Timestamp> {
    Timestamp::try_from(report["as_of"].as_str()?.to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn due(units: u64, seconds: i64) -> bool {
        let report = json!({ "as_of": String::from(at(1_000)), "units": { "a": units / 2, "b": units / 2 } });
        is_due(Some(&report), at(0), at(1_000 + seconds))
    }

    #[test]
    fn a_small_test_is_counted_with_every_run_and_a_large_one_every_hour() {
        assert!(due(800, 0) && due(30_000, 290));
        assert!(!due(100_000, 960) && due(100_000, 980));
        assert!(!due(10_000_000, 3_500) && due(10_000_000, 3_600));
    }

    #[test]
    fn what_has_changed_or_was_never_counted_is_due_at_once() {
        let report = json!({ "as_of": String::from(at(1_000)), "units": { "a": 1_000_000 } });
        assert!(!is_due(Some(&report), at(999), at(1_001)));
        assert!(is_due(Some(&report), at(1_001), at(1_001)));
        assert!(is_due(None, at(0), at(1)) && is_due(Some(&json!({})), at(0), at(1)));
    }
}
