//! The largest report that there can be.

use std::collections::BTreeMap;

use serde_json::json;
use stats::moments::Moments;

use super::*;
use domain::experiment::{Definition, Seed};
use domain::results::totals::Totals;
use domain::validation::typed;

/// A test with as many variants, goals and segments as may be, each with the longest name.
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
fn the_largest_report_fits_into_an_item_and_its_series_into_an_answer() {
    let test = largest();
    let report = Report::new(&test, &filled(&test), Timestamp::from_millis(1), None);
    let told: BTreeMap<_, _> =
        report.segments.iter().map(|s| (s.attribute.as_str(), s.values.len())).collect();
    assert!(told.values().all(|values| *values == 50), "{told:?}");
    let (whole, point) = (packed(&report).unwrap().len(), packed(&report.point()).unwrap().len());
    assert!(whole < 300_000, "400 KB is the most that an item may have, this report has {whole}");
    let answer = serde_json::to_string(&report).unwrap().len();
    let (hours, days) = series::most(&test);
    let series = serde_json::to_string(&report.point()).unwrap().len() * (hours + days);
    assert!(answer + series < 5_000_000, "6 MB is the most that Lambda answers: {answer} and {series}");
    assert!(point * (hours + days) < 900_000, "one query brings 1 MB: {point}");
}
