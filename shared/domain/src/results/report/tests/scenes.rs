//! Reports of every kind, computed from rows.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::experiment::{
    Assignment, BasisPoints, Conversion, Definition, EventId, GoalKey, Seed, UnitId, Version, Weighting,
};
use crate::experiment::{Experiment, Status};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::row::Row;
use crate::results::counting::totals::Totals;
use crate::results::counting::unit_rows::{UnitRow, UnitRows};
use crate::results::looks::{Looks, Watched};
use crate::results::report::Report;
use crate::results::report::stored::StoredReport;
use crate::validation::typed;

const START: i64 = 1_795_255_200_000;
const DAY: i64 = 86_400_000;

pub(super) fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(START + day * DAY)
}

pub(super) fn launched(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "pricing-page", "name": "Pricing page", "planned_units": 400,
        "expected": { "baseline": 0.2, "effect": 0.05 },
        "variants": [{ "key": "control", "weight": 3_400, "is_control": true }, { "key": "calculator", "weight": 3_300 },
                     { "key": "quiz", "weight": 3_300 }],
        "segments": ["industry"], "overrides": { "unit-0003": "quiz", "unit-0004": "quiz", "unit-0005": "control" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                  { "key": "pipeline", "kind": "sum", "role": "secondary" },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.05 },
                  { "key": "visits", "kind": "count", "role": "secondary" },
                  { "key": "sign-ups", "kind": "count", "role": "none" },
                  { "key": "sign-ups-per-visit", "kind": "ratio", "numerator": "sign-ups", "denominator": "visits" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), at(0));
    test.status = Status::Running;
    // The last override was set after its unit had been assigned.
    test.overridden_since.extend(UnitId::parse("unit-0005").map(|unit| (unit, at(9))));
    test
}

/// Returns the rows of `units` units, one in turn for each variant, ten a day. `better` adds outcomes to the
/// second variant.
pub(super) fn rows(test: &Experiment, units: u32, better: bool) -> Vec<Row> {
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
        let converted = |goal: &str, value: f64, event: u32, day: i64| {
            Row::Converted(Conversion {
                unit_id: unit_id.clone(),
                goal: GoalKey::parse(goal).unwrap(),
                event_id: EventId::parse(format!("e{event}")).unwrap(),
                version: Version::FIRST,
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
        let recorded = pairs.iter().zip(0..).filter(|((included, ..), _)| *included);
        rows.extend(recorded.map(|((_, goal, value, day), event)| converted(goal, *value, event, *day)));
    }
    rows
}

pub(super) fn totals(test: &Experiment, rows: Vec<Row>, as_of: Timestamp) -> Totals {
    let mut aggregation = Aggregation::new(test, as_of);
    rows.into_iter().filter(|row| is_known(test, row)).for_each(|row| aggregation.push(row));
    aggregation.finish()
}

/// Returns whether a row belongs to a goal of the test.
pub(super) fn is_known(test: &Experiment, row: &Row) -> bool {
    match row {
        Row::Assigned { .. } | Row::Exposed { .. } => true,
        Row::Converted(outcome) => test.definition.goal(&outcome.goal).is_some(),
        Row::Voided(void) => test.definition.goal(&void.goal).is_some(),
    }
}

/// Returns the report of a count at which each comparison takes its first look.
pub(super) fn first_look(
    test: &Experiment,
    totals: &Totals,
    as_of: Timestamp,
    before: Option<&StoredReport>,
) -> Report {
    let watched = Watched::new(test, totals, Looks::default()).look(test, totals);
    Report::new(test, totals, as_of, before, &watched)
}

/// Adds the outcomes of each unit, by arm, unit and goal, with windows that have ended.
pub(super) fn with_units(test: &Experiment, mut totals: Totals, arms: &[Vec<Vec<(f64, f64)>>]) -> Totals {
    totals.unit_rows = UnitRows::default();
    let mut number = 0_u32;
    for (arm, units) in arms.iter().enumerate() {
        for outcomes in units {
            number += 1;
            let key = Sha256::digest(number.to_le_bytes()).into();
            let (covariate, known, segments) = (None, None, Vec::new());
            let row = UnitRow {
                key,
                arm,
                weighting: 0,
                age_ms: i64::MAX,
                outcomes: outcomes.clone(),
                covariate,
                known,
                segments,
            };
            totals.unit_rows.push(row);
        }
    }
    let windows = test.definition.goals.iter().map(|goal| u64::try_from(goal.window_ms()).unwrap());
    totals.matured_ms = windows.map(|window| vec![u64::from(number) * window]).collect();
    totals
}

/// An interim look at 240 units after 24 days, which decides one comparison, then one at 300 after 33, in which the
/// difference has disappeared.
pub(super) fn full() -> Report {
    let test = launched(&json!({}));
    let early = totals(&test, rows(&test, 240, true), at(24));
    let looks = Watched::new(&test, &early, Looks::default()).look(&test, &early).looks;
    let late = totals(&test, rows(&test, 300, false), at(33));
    let watched = Watched::new(&test, &late, looks).look(&test, &late);
    Report::new(&test, &late, at(33), None, &watched)
}

/// An adaptive test with 90 units, of which those of the second variant convert more often.
pub(super) fn early() -> Report {
    let test = adapting(Status::Running);
    first_look(&test, &totals(&test, rows(&test, 90, true), at(24)), at(24), None)
}

/// The same test with 300 units, of which all convert alike, with the results of the report stored before it.
pub(super) fn late(before: Option<&StoredReport>) -> Report {
    let test = adapting(Status::Running);
    first_look(&test, &totals(&test, rows(&test, 300, false), at(33)), at(33), before)
}

pub(super) fn empty() -> Report {
    let test = launched(&json!({ "expected": null, "planned_units": null, "segments": [] }));
    first_look(&test, &Totals::empty(&test), at(0), None)
}

/// An adaptive test whose weights have changed once, while it runs, or after it was stopped with its planned units.
pub(super) fn adaptive(status: Status) -> Report {
    let mut test = adapting(status);
    if status == Status::Stopped {
        test.definition.planned_units = Some(240);
    }
    first_look(&test, &totals(&test, rows(&test, 240, true), at(60)), at(60), None)
}

fn adapting(status: Status) -> Experiment {
    let goals = json!([{ "key": "booked", "kind": "binary", "role": "primary", "window_days": 7 },
                       { "key": "visits", "kind": "count", "role": "secondary" }]);
    let variants = json!([{ "key": "control", "weight": 5_000, "is_control": true },
                          { "key": "calculator", "weight": 5_000 }]);
    let changes = json!({ "allocation": { "mode": "adaptive", "floor": 1_000 }, "goals": goals, "overrides": {},
                          "variants": variants });
    let mut test = launched(&changes);
    test.status = status;
    test.weightings.push(weighting(&[2_500, 7_500]));
    test
}

/// A test whose weights were changed by hand after its first look.
pub(super) fn changed() -> Report {
    let mut test = launched(&json!({}));
    test.weightings.push(weighting(&[2_000, 6_000, 2_000]));
    let early = totals(&test, rows(&test, 60, true), at(6));
    let looks = Watched::new(&test, &early, Looks::default()).look(&test, &early).looks;
    let late = totals(&test, rows(&test, 240, true), at(25));
    let watched = Watched::new(&test, &late, looks).look(&test, &late);
    Report::new(&test, &late, at(25), None, &watched)
}

pub(super) fn weighting(weights: &[u32]) -> Weighting {
    Weighting {
        revision: 9,
        weights: weights.iter().map(|points| BasisPoints::parse(*points).unwrap()).collect(),
    }
}

/// Few units, so that rates are read exactly, with all arms of some values equal.
pub(super) fn few() -> Report {
    let test = launched(&json!({ "overrides": {} }));
    first_look(&test, &totals(&test, rows(&test, 36, true), at(5)), at(5), None)
}

pub(super) fn scenes() -> BTreeMap<&'static str, Report> {
    BTreeMap::from([
        ("full", full()),
        ("empty", empty()),
        ("adaptive", adaptive(Status::Running)),
        ("adaptive-over", adaptive(Status::Stopped)),
        ("changed", changed()),
        ("few", few()),
    ])
}
