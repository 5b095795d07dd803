//! Past points of a report: one an hour for four days, then one a day for a year.

use std::collections::{BTreeMap, BTreeSet};

use domain::clock::Timestamp;
use domain::experiment::Experiment;
use domain::results::report::point::Point;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long a point is stored for each hour, in milliseconds.
const HOURLY_MS: i64 = 4 * DAY_MS;
/// How long a point is stored for each day, in milliseconds.
const DAILY_MS: i64 = 365 * DAY_MS;
/// The maximum number of hours that overlap four days.
const HOURS: usize = 4 * 24 + 1;
/// The maximum number of days that overlap a year.
const DAYS: usize = 366;
/// The maximum number of figures in a series, over all points, goals and variants, because it is one
/// response.
const FIGURES: usize = 10_000;
/// How many seconds after its last use DynamoDB may delete an item.
const MARGIN_SECONDS: i64 = 24 * 3_600;

/// The prefix of a day's key. It sorts after every hour, which begins with its year.
pub(super) const DAY: &str = "day ";

/// The key of a stored point, and when it expires, in seconds since 1970.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub key: String,
    pub expires_at: i64,
}

/// The slots of a point: that of its hour and that of its day. Each run replaces the previous point in both.
pub(super) fn slots(as_of: Timestamp) -> [Slot; 2] {
    let text = String::from(as_of);
    let part = |length: usize| text.get(..length).unwrap_or(&text).to_owned();
    let until = |lifetime_ms: i64| as_of.seconds() + lifetime_ms / 1_000 + MARGIN_SECONDS;
    [
        Slot { key: part(13), expires_at: until(HOURLY_MS) },
        Slot { key: format!("{DAY}{}", part(10)), expires_at: until(DAILY_MS) },
    ]
}

/// The maximum numbers of hourly and daily points that are returned. They are lower for many goals and
/// variants.
pub(super) fn most(test: &Experiment) -> (usize, usize) {
    let figures = test.definition.goals.len() * test.definition.variants.len();
    let most = (FIGURES / figures.max(1)).min(HOURS + DAYS);
    let hours = HOURS.min(most * HOURS / (HOURS + DAYS) + 1);
    (hours, most - hours)
}

/// Selects from points by their keys: one for each hour of the four days before `now`, then the last one of
/// each day for a year.
pub(super) fn thinned(points: BTreeMap<String, Point>, now: Timestamp, test: &Experiment) -> Vec<Point> {
    let age = |at: Timestamp| now.millis() - at.millis();
    let day = |at: Timestamp| at.millis() / DAY_MS;
    let (of_days, of_hours): (BTreeMap<_, _>, BTreeMap<_, _>) =
        points.into_iter().partition(|(key, _)| key.starts_with(DAY));
    let known: BTreeSet<i64> = of_days.values().map(|point| day(point.as_of)).collect();
    let (mut hours, mut days) = (Vec::new(), BTreeMap::new());
    // In order of time, so that the last hour is used for a day without its own point.
    for point in of_hours.into_values() {
        let at = point.as_of;
        if age(at) <= HOURLY_MS {
            hours.push(point);
        } else if !known.contains(&day(at)) && age(at) <= DAILY_MS {
            days.insert(day(at), point);
        }
    }
    let past = of_days.into_values().filter(|own| (HOURLY_MS + 1..=DAILY_MS).contains(&age(own.as_of)));
    days.extend(past.map(|point| (day(point.as_of), point)));
    let (most_hours, most_days) = most(test);
    let newest = |points: Vec<Point>, most: usize| {
        let left_out = points.len().saturating_sub(most);
        points.into_iter().skip(left_out)
    };
    newest(days.into_values().collect(), most_days).chain(newest(hours, most_hours)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use domain::experiment::{Definition, Seed};
    use domain::validation::typed;

    const NOW: i64 = 1_795_255_200_000;

    fn test() -> Experiment {
        let body = json!({ "test_id": "t", "name": "T",
            "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
            "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
        let definition = typed(body).and_then(Definition::parse).unwrap();
        Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(NOW))
    }

    /// The stored points after runs at these times. The last time is now.
    fn stored(times: impl Iterator<Item = i64>) -> BTreeMap<String, Point> {
        let mut items = BTreeMap::new();
        for at in times.map(Timestamp::from_millis) {
            for slot in slots(at) {
                items.insert(slot.key, Point { as_of: at, units: BTreeMap::new(), goals: Vec::new() });
            }
        }
        items
    }

    fn returned(points: BTreeMap<String, Point>) -> Vec<i64> {
        let points = thinned(points, Timestamp::from_millis(NOW), &test());
        points.iter().map(|point| point.as_of.millis()).collect()
    }

    #[test]
    fn two_years_of_runs_leave_hourly_points_for_four_days_and_daily_for_a_year() {
        let items = stored((0..2 * 366 * 24 * 4).rev().map(|n| NOW - n * 15 * 60_000));
        let times = returned(items);
        assert!(times.is_sorted_by(|a, b| a < b));
        let (days, hours): (Vec<i64>, Vec<i64>) = times.iter().partition(|at| NOW - **at > HOURLY_MS);
        assert_eq!((hours.len(), hours.last()), (97, Some(&NOW)));
        assert!((360..=DAYS).contains(&days.len()), "{}", days.len());
        assert!(days.windows(2).all(|pair| pair[1] - pair[0] == DAY_MS), "the last run of each day");
        assert!(days.iter().all(|at| (DAY_MS - at % DAY_MS) == 15 * 60_000));
        assert!(NOW - days[0] <= DAILY_MS && times.len() <= HOURS + DAYS);
    }

    #[test]
    fn points_are_hourly_for_exactly_four_days_and_daily_for_exactly_a_year() {
        let cases = [(HOURLY_MS, 1), (HOURLY_MS + 1, 1), (DAILY_MS, 1), (DAILY_MS + 1, 0)];
        for (age, count) in cases {
            assert_eq!(returned(stored([NOW - age].into_iter())).len(), count, "{age}");
        }
        let both = |age: i64| returned(stored([NOW - age, NOW - age + HOUR_MS].into_iter())).len();
        // Two runs of one day: both are returned while the hours count, one when only the day counts.
        assert_eq!((both(HOURLY_MS), both(HOURLY_MS + 2 * HOUR_MS)), (2, 1));
    }

    #[test]
    fn hours_stored_by_an_earlier_version_count_as_the_last_of_their_day() {
        let mut items = stored((0..72).map(|n| NOW - 10 * DAY_MS + n * HOUR_MS));
        items.retain(|key, _| !key.starts_with(DAY));
        assert_eq!(returned(items).len(), 4, "parts of four days");
    }

    #[test]
    fn points_expire_only_after_they_are_no_longer_returned() {
        let [hour, day] = slots(Timestamp::from_millis(NOW));
        assert_eq!((hour.key.as_str(), day.key.as_str()), ("2026-11-21T10", "day 2026-11-21"));
        assert!(
            hour.expires_at * 1_000 > NOW + HOURLY_MS && hour.expires_at * 1_000 <= NOW + HOURLY_MS + DAY_MS
        );
        assert!(day.expires_at * 1_000 > NOW + DAILY_MS && day.expires_at * 1_000 <= NOW + DAILY_MS + DAY_MS);
    }
}
