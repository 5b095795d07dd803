//! Reports as they are stored, byte for byte: `golden/<scene>.json`, and beside each its point of an hour or a day. See
//! `golden/README.md`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{
    Assignment, BasisPoints, Conversion, Definition, EventId, GoalKey, Seed, UnitId, Weighting,
};
use crate::results::fold::{Fold, Row};
use crate::results::report::point::Point;
use crate::results::warnings::Code;
use crate::validation::typed;

const START: i64 = 1_795_255_200_000;
const DAY: i64 = 86_400_000;

fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(START + day * DAY)
}

fn launched(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "pricing-page", "name": "Pricing page", "planned_units": 400,
        "expected": { "baseline": 0.2, "effect": 0.05 },
        "variants": [{ "key": "control", "weight": 3_400, "is_control": true }, { "key": "calculator", "weight": 3_300 },
                     { "key": "quiz", "weight": 3_300 }],
        "segments": ["industry"], "overrides": { "unit-0003": "quiz", "unit-0004": "quiz", "unit-0005": "control" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                  { "key": "pipeline", "kind": "sum", "role": "secondary" },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "better": "lower", "margin": 0.05 },
                  { "key": "visits", "kind": "count", "role": "secondary" },
                  { "key": "sign-ups", "kind": "count", "role": "none" },
                  { "key": "sign-ups-per-visit", "kind": "ratio", "numerator": "sign-ups", "denominator": "visits" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), at(0));
    test.status = Status::Running;
    // The last override came after its unit had been assigned.
    test.overridden_since.extend(UnitId::parse("unit-0005").map(|unit| (unit, at(9))));
    test
}

/// The rows of so many units, one in turn for each variant, ten a day; `better` gives the second variant its outcomes.
fn rows(test: &Experiment, units: u32, better: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for n in 0..units {
        let arm = n as usize % test.definition.variants.len();
        let unit_id = UnitId::parse(format!("unit-{n:04}")).unwrap();
        let day = i64::from(n / 10);
        let assigned_at = Timestamp::from_millis(START + day * DAY + 1_000);
        let industry = ["farming", "retail", "software"][n as usize / 3 % 3].to_owned();
        let assignment = Assignment {
            variant: test.definition.variants[arm].key.clone(),
            assigned_at,
            revision: if day < 8 { 1 } else { 9 },
            propensity: test.definition.variants[arm].weight,
            segments: test.definition.segments.iter().map(|name| (name.clone(), industry.clone())).collect(),
            covariate: Some(f64::from(n * 7 % 13)),
        };
        rows.push(Row::Assigned { unit_id: unit_id.clone(), phase: 1, assignment });
        let said = |goal: &str, value: f64, event: u32, day: i64| {
            Row::Converted(Conversion {
                unit_id: unit_id.clone(),
                goal: GoalKey::parse(goal).unwrap(),
                event_id: EventId::parse(format!("e{event}")).unwrap(),
                value,
                occurred_at: Timestamp::from_millis(assigned_at.millis() + day * DAY).into(),
            })
        };
        let keen = if arm == 1 && better { n % 10 < 8 } else { n % 10 < 2 };
        let pairs = [
            (keen, "booked", 1.0, 1),
            (n % 7 == 0, "booked", 1.0, 40),
            (keen, "pipeline", 12.5 * f64::from(1 + n % 5), 2),
            (n == 100, "pipeline", 90_000.0, 2),
            (n % 11 == 0, "opt-out", 1.0, 3),
            (n % 3 != 1 || n % 2 == 0, "visits", f64::from(1 + n % 4), 1),
            (n % 4 == 0, "sign-ups", 1.0, 1),
            (n % 50 == 0, "booked", 1.0, -2),
        ];
        let recorded = pairs.iter().zip(0..).filter(|((told, ..), _)| *told);
        rows.extend(recorded.map(|((_, goal, value, day), event)| said(goal, *value, event, *day)));
    }
    rows
}

fn totals(test: &Experiment, rows: Vec<Row>, as_of: Timestamp) -> Totals {
    let mut fold = Fold::new(test, as_of);
    rows.into_iter().filter(|row| is_known(test, row)).for_each(|row| fold.push(row));
    fold.finish()
}

/// Whether a row is of a goal that the test has.
fn is_known(test: &Experiment, row: &Row) -> bool {
    match row {
        Row::Assigned { .. } => true,
        Row::Converted(outcome) => test.definition.goal(&outcome.goal).is_some(),
    }
}

/// A look at 90 units after nine days, which shows a difference, then one at 300 after 33, which has lost it.
fn full() -> Report {
    let test = launched(&json!({}));
    let early = Report::new(&test, &totals(&test, rows(&test, 90, true), at(9)), at(9), None);
    late(Some(&early.into()))
}

/// The look at 300 units that remembers what was kept before.
fn late(before: Option<&Kept>) -> Report {
    let test = launched(&json!({}));
    Report::new(&test, &totals(&test, rows(&test, 300, false), at(33)), at(33), before)
}

fn empty() -> Report {
    let test = launched(&json!({ "expected": null, "planned_units": null, "segments": [] }));
    Report::new(&test, &Totals::empty(&test), at(0), None)
}

/// An adaptive test whose weights have changed once, while it runs or once it is over.
fn adaptive(status: Status) -> Report {
    let goals = json!([{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                       { "key": "visits", "kind": "count", "role": "secondary" }]);
    let variants = json!([{ "key": "control", "weight": 5_000, "is_control": true },
                          { "key": "calculator", "weight": 5_000 }]);
    let changes = json!({ "allocation": { "mode": "adaptive", "floor": 500 }, "goals": goals, "overrides": {},
                          "variants": variants });
    let mut test = launched(&changes);
    test.status = status;
    test.weightings.push(weighting(&[2_500, 7_500]));
    Report::new(&test, &totals(&test, rows(&test, 240, true), at(60)), at(60), None)
}

/// Weights that were changed by hand withhold all readings.
fn changed() -> Report {
    let mut test = launched(&json!({}));
    test.weightings.push(weighting(&[2_000, 6_000, 2_000]));
    Report::new(&test, &totals(&test, rows(&test, 240, true), at(25)), at(25), None)
}

fn weighting(weights: &[u32]) -> Weighting {
    Weighting {
        revision: 9,
        weights: weights.iter().map(|points| BasisPoints::parse(*points).unwrap()).collect(),
    }
}

/// Few units, so that rates are read exactly, and all arms of one value.
fn few() -> Report {
    let test = launched(&json!({ "overrides": {} }));
    Report::new(&test, &totals(&test, rows(&test, 36, true), at(5)), at(5), None)
}

fn scenes() -> BTreeMap<&'static str, Report> {
    BTreeMap::from([
        ("full", full()),
        ("empty", empty()),
        ("adaptive", adaptive(Status::Running)),
        ("adaptive-over", adaptive(Status::Stopped)),
        ("changed", changed()),
        ("few", few()),
    ])
}

/// What is stored of a scene: the report, or its point.
fn stored(scene: &str, kind: &str) -> String {
    let path = format!("{}/src/results/report/golden/{scene}.{kind}json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Whether two texts of JSON have the same fields in the same order with the same words, and numbers that differ by no
/// more than the last bits of another processor's logarithms.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((m, x), (n, y))| m == n && alike(x, y))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| alike(x, y)),
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            a == b || (x - y).abs() <= 1e-9 * x.abs().max(y.abs()).max(1e-9)
        }
        _ => a == b,
    }
}

fn assert_alike(made: &impl Serialize, stored: &str, what: &str) {
    let (made, stored): (_, Value) =
        (serde_json::to_value(made).unwrap(), serde_json::from_str(stored).unwrap());
    assert!(alike(&made, &stored), "{what}\n{made}\n{stored}");
}

#[test]
fn the_same_rows_give_the_report_and_the_point_that_are_stored() {
    for (scene, report) in scenes() {
        assert_alike(&report, &stored(scene, ""), scene);
        assert_alike(&report.point(), &stored(scene, "point."), scene);
    }
}

const SCENES: [&str; 6] = ["full", "empty", "adaptive", "adaptive-over", "changed", "few"];

fn read(json: &str) -> Report {
    match Kept::read(json.as_bytes()) {
        Kept::V1(report) => *report,
        Kept::Unread(_) => panic!("it must be read: {json}"),
    }
}

fn json(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap()
}

#[test]
fn what_was_stored_before_there_were_versions_is_read_and_written_again_byte_for_byte() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let (own, past) = (read(&report), Point::read(point.as_bytes()).unwrap());
        assert_eq!((json(&own), json(&past)), (report.clone(), point.clone()), "{scene}");
        let versioned = |text: &str| text.replacen('{', "{\"version\":1,", 1);
        assert_eq!(
            (json(&own.kept()), json(&past.kept())),
            (versioned(&report), versioned(&point)),
            "{scene}"
        );
        assert_eq!((&read(&json(&own.kept())), json(&own.point())), (&own, point), "{scene}");
    }
}

#[test]
fn what_is_answered_of_a_stored_report_is_byte_for_byte_what_was_answered_before_there_were_versions() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let answered = format!("{},\"series\":[{point}]}}", report.strip_suffix('}').unwrap());
        let past = Point::read(point.as_bytes()).unwrap();
        assert_eq!(json(&read(&report).view(&[past])), answered, "{scene}");
    }
}

/// What was kept of the early look, changed.
fn early(change: impl Fn(&mut Value)) -> Kept {
    let test = launched(&json!({}));
    let early = Report::new(&test, &totals(&test, rows(&test, 90, true), at(9)), at(9), None);
    let mut kept = serde_json::to_value(early.kept()).unwrap();
    change(&mut kept);
    Kept::read(json(&kept).as_bytes())
}

fn is_restarted(report: &Report) -> bool {
    report.warnings.iter().any(|warning| warning.code == Code::WatchRestarted)
}

#[test]
fn what_a_look_has_shown_survives_a_version_that_is_not_known() {
    let kept = early(|kept| {
        kept["version"] = json!(7);
        kept["verdict"] = json!("in words that are not known here");
        kept["goals"][0]["comparisons"][0]["how"] = json!({ "new": true });
    });
    assert_eq!(kept.report(), None);
    assert_eq!(late(Some(&kept)), full());
    assert_ne!(late(None).goals, full().goals, "without memory the p-values are others");
}

#[test]
fn what_a_look_has_shown_survives_a_report_that_lacks_a_part_it_does_not_rest_on() {
    let kept = early(|kept| drop(kept.as_object_mut().unwrap().shift_remove("maturity")));
    assert_eq!((kept.report(), late(Some(&kept))), (None, full()));
}

#[test]
fn a_report_that_cannot_remember_says_so_and_so_do_all_after_it() {
    let renamed = early(|kept| {
        kept["version"] = json!(7);
        let own = kept["goals"][0]["comparisons"][0].as_object_mut().unwrap();
        let p = own.shift_remove("p_value").unwrap();
        own.insert("p".to_owned(), p);
    });
    let unknown = early(|kept| {
        kept["version"] = json!(7);
        kept["goals"][0]["comparisons"][0]["method"] = json!("a_method_of_version_7");
    });
    for kept in [
        renamed,
        unknown,
        Kept::read(b"{\"version\":1,\"goals\":[{\"go"),
        Kept::read(b""),
        Kept::Unread(None),
    ] {
        assert_eq!(kept, Kept::Unread(None));
        let report = late(Some(&kept));
        assert_eq!(report.goals, late(None).goals);
        let warning = report.warnings.last().unwrap();
        assert_eq!(warning.code, Code::WatchRestarted);
        assert!(warning.detail.contains("looks before 2026-12-24T10:00:00Z"), "{}", warning.detail);
        assert!(warning.detail.len() <= 300);
        let next = late(Some(&Kept::from(report.clone())));
        assert_eq!(next.warnings, report.warnings, "it holds for the rest of the phase");
        let unread =
            Kept::read(json(&report.kept()).replacen("\"version\":1", "\"version\":7", 1).as_bytes());
        assert_eq!(late(Some(&unread)).warnings, report.warnings, "and it is remembered like the p-values");
    }
    assert!(!is_restarted(&full()) && !is_restarted(&late(None)));
}
