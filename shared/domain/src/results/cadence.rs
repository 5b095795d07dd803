//! Decides how often the schedule counts a test: small tests at every run, so that faults show within
//! minutes, and larger tests less often, because each count reads every row.

use crate::clock::Timestamp;
use crate::experiment::Experiment;
use crate::results::report::Report;

/// This number of units adds one second to the time between two counts: 30,000 units are counted every 5
/// minutes.
const UNITS_A_SECOND: u64 = 100;

/// The longest time between two counts, in seconds.
const LONGEST: u64 = 3_600;

/// A run may be this many milliseconds early, because schedules are not exact.
const EARLY_MS: i64 = 30_000;

/// Returns whether a test must be counted now: when it has changed since `before`, the last stored report, or
/// when that report is old enough for its number of units.
#[must_use]
pub fn is_due(before: Option<&Report>, changed_at: Timestamp, now: Timestamp) -> bool {
    let Some(report) = before else { return true };
    let units: u64 = report.units.values().sum();
    let wait = i64::try_from((units / UNITS_A_SECOND).min(LONGEST)).unwrap_or(i64::MAX) * 1_000;
    changed_at > report.as_of || now.millis() - report.as_of.millis() >= wait - EARLY_MS
}

/// Returns whether `report` is the final report of a shipped test, read after every instance has stopped
/// assigning to it.
#[must_use]
pub fn is_final(test: &Experiment, report: &Report) -> bool {
    test.final_from().is_some_and(|from| report.as_of >= from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::experiment::{Definition, Seed};
    use crate::results::counting::totals::Totals;
    use crate::results::looks::Watched;
    use crate::validation::typed;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    /// Returns a report of `units` units, 1,000 s after the beginning.
    fn report(units: u64) -> Report {
        let body = json!({ "test_id": "t", "name": "T",
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        let test = Experiment::draft(definition, Seed::from_random([0; 8]), at(0));
        let mut totals = Totals::empty(&test);
        totals.arms.iter_mut().for_each(|arm| arm.units = units / 2);
        Report::new(&test, &totals, at(1_000), None, &Watched::default())
    }

    fn due(units: u64, seconds: i64) -> bool {
        is_due(Some(&report(units)), at(0), at(1_000 + seconds))
    }

    #[test]
    fn a_small_test_is_counted_at_every_run_and_a_large_one_every_hour() {
        assert!(due(800, 0) && due(30_000, 290));
        assert!(!due(100_000, 960) && due(100_000, 980));
        assert!(!due(10_000_000, 3_500) && due(10_000_000, 3_600));
    }

    #[test]
    fn a_test_that_has_changed_or_was_never_counted_is_due_at_once() {
        let report = report(1_000_000);
        assert!(!is_due(Some(&report), at(999), at(1_001)));
        assert!(is_due(Some(&report), at(1_001), at(1_001)));
        assert!(is_due(None, at(0), at(1)));
    }
}
