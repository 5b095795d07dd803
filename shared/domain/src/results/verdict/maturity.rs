//! The progress of the test: units past their window, and when it reaches its planned units.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::experiment::{Experiment, Status};
use crate::results::counting::aggregation::RECENT_MS;
use crate::results::counting::totals::Totals;

const DAY_MS: i64 = 86_400_000;
/// The shortest period of a rate, one hour, because the first units arrive in bursts.
const MIN_MS: i64 = DAY_MS / 24;

/// Units of the test and their windows of the primary goal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Maturity {
    /// Units whose window has ended. Their outcomes are final.
    pub mature: u64,
    /// Units that may still convert.
    pub immature: u64,
    /// The share of units whose window has ended, 0 to 1. Null without units.
    pub share: Option<f64>,
    /// Units assigned per day, over the last 14 days or since the first assignment. Null unless the test is
    /// running.
    pub units_per_day: Option<f64>,
    /// Days until the test reaches its planned units at that rate, 0 once it has. Null without a plan, and
    /// while no units are assigned.
    pub days_to_plan: Option<f64>,
    /// Whether the windows of the planned number of units have ended, so that the fixed-horizon reading may
    /// be used. Null without a plan.
    pub fixed_horizon_reached: Option<bool>,
}

impl Maturity {
    /// Returns the maturity of the test's phase at `as_of`.
    #[must_use]
    pub fn of(test: &Experiment, totals: &Totals, as_of: Timestamp) -> Self {
        let (units, immature) = (totals.units(), totals.immature);
        let mature = units.saturating_sub(immature);
        let planned = test.definition.planned_units.map(u64::from);
        let units_per_day = units_per_day(test, totals, as_of);
        let days = |planned: u64| match (planned.saturating_sub(units), units_per_day) {
            (0, _) => Some(0.0),
            (missing, Some(rate)) if rate > 0.0 => Some(tenths(as_number(missing) / rate)),
            _ => None,
        };
        Self {
            mature,
            immature,
            share: (units > 0).then(|| as_number(mature) / as_number(units)),
            units_per_day: units_per_day.map(tenths),
            days_to_plan: planned.and_then(days),
            fixed_horizon_reached: planned.map(|planned| mature >= planned),
        }
    }
}

/// Returns the units assigned within [`RECENT_MS`], divided by the days since then or since the first
/// assignment.
fn units_per_day(test: &Experiment, totals: &Totals, as_of: Timestamp) -> Option<f64> {
    let first = totals.first_assigned_at.filter(|_| test.status == Status::Running)?;
    let passed = (as_of.millis() - first.millis()).clamp(MIN_MS, RECENT_MS);
    #[expect(clippy::cast_precision_loss, reason = "at most two weeks in milliseconds")]
    let days = passed as f64 / DAY_MS as f64;
    Some(as_number(totals.recent) / days)
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "a count of units")]
fn as_number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::experiment::{Definition, Seed};
    use crate::validation::typed;

    const NOW: i64 = 1_795_255_200_000;

    /// Returns the maturity of a running test of `units` units, of which `immature` are immature and `recent`
    /// are recent, with the first one `days` days ago.
    fn maturity(planned: Option<u32>, units: u64, immature: u64, recent: u64, days: i64) -> Maturity {
        let body = json!({ "test_id": "t", "name": "T", "planned_units": planned,
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(NOW));
        test.status = Status::Running;
        let mut totals = Totals::empty(&test);
        totals.arms[0].units = units;
        (totals.immature, totals.recent) = (immature, recent);
        totals.first_assigned_at = (units > 0).then(|| Timestamp::from_millis(NOW - days * DAY_MS));
        Maturity::of(&test, &totals, Timestamp::from_millis(NOW))
    }

    #[test]
    fn the_share_and_the_fixed_horizon_count_only_units_past_their_window() {
        let found = maturity(Some(100), 120, 30, 0, 90);
        assert_eq!((found.mature, found.immature, found.share), (90, 30, Some(0.75)));
        assert_eq!((found.fixed_horizon_reached, found.days_to_plan), (Some(false), Some(0.0)));
        assert_eq!(maturity(Some(100), 120, 20, 0, 90).fixed_horizon_reached, Some(true));
        assert_eq!(maturity(None, 120, 20, 9, 90).fixed_horizon_reached, None);
        assert_eq!(maturity(Some(100), 0, 0, 0, 0).share, None);
    }

    #[test]
    fn days_to_the_plan_depend_on_the_units_of_the_last_two_weeks() {
        let found = maturity(Some(400), 120, 120, 70, 30);
        assert_eq!((found.units_per_day, found.days_to_plan), (Some(5.0), Some(56.0)));
        let young = maturity(Some(400), 120, 120, 120, 3);
        assert_eq!((young.units_per_day, young.days_to_plan), (Some(40.0), Some(7.0)));
        let first_hour = maturity(Some(400), 10, 10, 10, 0);
        assert_eq!((first_hour.units_per_day, first_hour.days_to_plan), (Some(240.0), Some(1.6)));
        assert_eq!(maturity(Some(400), 120, 0, 0, 60).days_to_plan, None, "no units are assigned any more");
        assert_eq!(maturity(None, 120, 0, 70, 60).days_to_plan, None);
    }
}
