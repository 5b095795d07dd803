//! The largest possible report.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stats::moments::Moments;

use super::*;
use domain::experiment::{Definition, Seed};
use domain::results::counting::totals::Totals;
use domain::results::looks::Watched;
use domain::results::report::Report;
use domain::validation::typed;

/// A test with the maximum number of variants, goals and segments, each with the longest name.
fn largest() -> Experiment {
    let name = |kind: &str, n: usize| format!("{kind}{n:0>62}");
    let variants: Vec<_> =
        (0..20).map(|n| json!({ "key": name("v", n), "weight": 500, "is_control": n == 0 })).collect();
    let role = |n| if n == 0 { "primary" } else { "secondary" };
    let goals: Vec<_> =
        (0..20).map(|n| json!({ "key": name("g", n), "kind": "binary", "role": role(n) })).collect();
    let segments: Vec<_> = (0..4).map(|n| name("s", n)).collect();
    let body = json!({ "test_id": name("t", 0), "name": "T", "variants": variants, "goals": goals,
                       "segments": segments, "planned_units": 4_000 });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0))
}

fn filled(test: &Experiment) -> Totals {
    let mut totals = Totals::empty(test);
    for arm in 0..20 {
        for unit in 0..200_u64 {
            let value = |segment: u64| {
                format!("{:064x}", (unit * 7_919 + segment).wrapping_mul(0x9E37_79B9_7F4A_7C15))
            };
            for (at, segments) in (0..).zip(&mut totals.segments) {
                let converted = (unit * 31 + arm as u64).is_multiple_of(7);
                segments.count(&value(at), arm, converted, (f64::from(u8::from(converted)), 1.0));
            }
        }
        totals.arms[arm].units = 200;
        totals.strata[0][arm] = 200;
        for (at, goal) in (0..).zip(&mut totals.arms[arm].goals) {
            goal.converted = 20 + (arm as u64 * 13 + at * 7) % 90;
            goal.moments = Moments::of_counts(goal.converted, 200);
        }
    }
    totals
}

#[test]
fn the_largest_report_fits_into_an_item_and_its_series_into_a_response() {
    let test = largest();
    let report = Report::new(&test, &filled(&test), Timestamp::from_millis(1), None, &Watched::default());
    let response: BTreeMap<_, _> =
        report.segments.iter().map(|s| (s.attribute.as_str(), s.values.len())).collect();
    assert!(response.values().all(|values| *values == 50), "{response:?}");
    let (whole, point) =
        (packed(&report.stored()).unwrap().len(), packed(&report.point().stored()).unwrap().len());
    assert!(whole < 300_000, "an item has at most 400 KB, this report has {whole}");
    let (hours, days) = series::most(&test);
    let series = vec![report.point(); hours + days];
    let answer = serde_json::to_string(&report.view(&series)).unwrap().len();
    assert!(answer < 5_000_000, "a response of Lambda has at most 6 MB: {answer}");
    assert!(point * (hours + days) < 900_000, "one query returns at most 1 MB: {point}");
}

/// An item with this JSON as its report.
fn stored(json: &Value) -> Item {
    item("acme/t/1", LATEST.to_owned(), "2026-11-21T10:00:00Z", packed(json).unwrap())
}

#[test]
fn of_a_report_of_an_unknown_version_only_earlier_results_are_read() {
    let test = largest();
    let report = Report::new(&test, &filled(&test), Timestamp::from_millis(1), None, &Watched::default());
    let mut json = serde_json::to_value(report.stored()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(stored_report(&stored(&json)).report(), Some(&report));
    json["version"] = json!(7);
    let unread = stored_report(&stored(&json));
    assert_eq!((unread.report(), unread.memory()), (None, StoredReport::from(report).memory()));
}

#[test]
fn a_damaged_item_is_read_as_no_report_without_an_error() {
    let mut broken = stored(&json!({}));
    assert_eq!(stored_report(&broken), StoredReport::Unread(None));
    broken.insert(REPORT.to_owned(), AttributeValue::B(Blob::new(b"not packed")));
    assert_eq!(stored_report(&broken), StoredReport::Unread(None));
    broken.remove(REPORT);
    assert_eq!(stored_report(&broken), StoredReport::Unread(None));
}
