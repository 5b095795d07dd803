//! Decides how often the schedule counts a test: small tests at every run, so that faults show within
//! minutes, and larger tests less often, because each count reads every row. Also decides which of these counts are
//! interim looks.

use crate::clock::Timestamp;
use crate::experiment::Experiment;
use crate::results::counting::outcomes::Tally;
use crate::results::counting::totals::Totals;
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

/// Returns whether a count of these totals by the schedule is an interim look: no account and no outcome has arrived
/// since `before`, the last stored report, or the count is the first one of a day (UTC), or it is final.
///
/// A look in the middle of an import would spend the error rate of accounts whose outcomes have not arrived yet. Only
/// sums over all arms are compared. If no goal depends on the arm, they are the same in every draw, so this rule does not
/// change the error rate. If only another goal does, it may postpone a look by at most a day.
#[must_use]
pub fn is_look(test: &Experiment, before: Option<&Report>, totals: &Totals, as_of: Timestamp) -> bool {
    let is_final = test.final_from().is_some_and(|from| as_of >= from);
    is_final
        || before.is_some_and(|before| {
            let units = before
                .units
                .values()
                .chain(before.omitted.values())
                .chain(before.merged.values())
                .sum::<u64>();
            let own_units = totals.arms.iter().map(|arm| arm.units + arm.omitted + arm.merged).sum::<u64>();
            let outcomes = before.outcomes.iter().map(|own| own.tally.recorded()).sum::<u64>();
            let own_outcomes = totals.outcomes.iter().map(Tally::recorded).sum::<u64>();
            (units, outcomes) == (own_units, own_outcomes) || day(before.as_of) < day(as_of)
        })
}

/// Returns the number of the day in UTC.
fn day(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
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
    use crate::experiment::{Definition, Seed, Shipped, Status};
    use crate::results::looks::Watched;
    use crate::validation::typed;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn test() -> Experiment {
        let body = json!({ "test_id": "t", "name": "T",
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        Experiment::draft(definition, Seed::from_random([0; 8]), at(0))
    }

    /// Returns totals of `units` units and this many outcomes.
    fn totals(units: u64, outcomes: u64) -> Totals {
        let test = test();
        let mut totals = Totals::empty(&test);
        totals.arms.iter_mut().for_each(|arm| arm.units = units / 2);
        totals.outcomes[0].counted = outcomes;
        totals
    }

    /// Returns a report of `units` units, 1,000 s after the beginning.
    fn report(units: u64) -> Report {
        Report::new(&test(), &totals(units, 0), at(1_000), None, &Watched::default())
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

    #[test]
    fn a_count_is_a_look_when_nothing_has_arrived_since_the_last_one() {
        let (test, before) = (test(), report(40));
        let is_look = |totals: &Totals| is_look(&test, Some(&before), totals, at(1_060));
        assert!(is_look(&totals(40, 0)));
        assert!(!is_look(&totals(42, 0)) && !is_look(&totals(40, 1)));
        assert!(!super::is_look(&test, None, &totals(40, 0), at(1_060)), "an import may have begun");
        let mut moved = totals(40, 0);
        (moved.arms[0].units, moved.arms[1].units) = (1, 39);
        assert!(is_look(&moved), "the rule must not depend on arms");
    }

    #[test]
    fn the_first_count_of_a_day_and_the_final_count_are_looks_while_outcomes_arrive() {
        let (running, before) = (test(), report(40));
        assert!(!is_look(&running, Some(&before), &totals(40, 1), at(86_399)));
        assert!(is_look(&running, Some(&before), &totals(40, 1), at(86_400)));
        let winner = test().definition.variants[1].key.clone();
        let shipped = Shipped { winner, at: at(500) };
        let shipped = Experiment { status: Status::Shipped, shipped: Some(shipped), ..test() };
        let from = shipped.final_from().unwrap();
        assert!(is_look(&shipped, None, &totals(40, 1), from));
    }
}
