//! Property tests of buckets, of aggregation, of keys, and of everything that is written and read back.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::store::key::EventKey;
use domain::clock::Timestamp;
use domain::experiment::bucket::Bucket;
use domain::experiment::condition::Condition;
use domain::experiment::wire::TestBody;
use domain::experiment::{
    Assignment, BasisPoints, Conversion, Decision, Definition, EventId, Experiment, GoalKey, Seed, Status,
    Unit, UnitId, Variant, VariantKey, Version, Void, decide,
};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::Row;
use domain::results::counting::totals::Totals;
use domain::results::looks::Watched;
use domain::results::report::Report;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const START: i64 = 1_795_255_200_000;

fn share(points: u32) -> BasisPoints {
    BasisPoints::parse(points).unwrap()
}

fn arms(weights: &[u32]) -> Vec<Variant> {
    let arm = |(index, weight): (usize, &u32)| Variant {
        key: VariantKey::parse(format!("arm-{index}")).unwrap(),
        weight: share(*weight),
        is_control: index == 0,
        parameters: serde_json::Map::new(),
    };
    weights.iter().enumerate().map(arm).collect()
}

/// Weights: 2 to 6 integers that sum to the whole.
fn weights() -> impl Strategy<Value = Vec<u32>> {
    vec(0_u32..=10_000, 1..6).prop_map(|mut cuts| {
        cuts.extend([0, 10_000]);
        cuts.sort_unstable();
        cuts.windows(2).map(|pair| pair[1] - pair[0]).collect()
    })
}

/// Returns a test with goals of every kind.
fn experiment() -> Experiment {
    let body: TestBody =
        serde_json::from_value(json!({ "test_id": "t", "name": "T", "segments": ["industry"],
        "overrides": { "unit-3": "b" },
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "yes", "kind": "binary", "role": "primary", "window_days": 1 },
                  { "key": "visits", "kind": "count", "window_days": 2 },
                  { "key": "pipeline", "kind": "sum", "window_days": 365 }] }))
        .unwrap();
    let definition = Definition::parse(body).unwrap();
    Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(START))
}

/// A row of one of 12 units, assigned and exposed in one of two phases, with conversions inside and outside its windows.
fn row() -> impl Strategy<Value = Row> {
    let unit = (0_u32..12).prop_map(|n| UnitId::parse(format!("unit-{n}")).unwrap());
    let assigned = (unit.clone(), 1_u32..3).prop_map(|(unit_id, phase)| {
        let first = unit_id.as_str().len() + usize::try_from(phase).unwrap();
        let variant = if first.is_multiple_of(2) { "a" } else { "b" };
        let segment = ("industry".to_owned().try_into().unwrap(), format!("{}", first % 3));
        let assignment = Assignment {
            variant: VariantKey::parse(variant).unwrap(),
            // A unit has one assignment in each phase, so the time follows from the unit.
            assigned_at: Timestamp::from_millis(START + 1_000 * i64::from(phase)),
            revision: 1,
            propensity: share(5_000),
            segments: [segment].into(),
            covariate: None,
        };
        Row::Assigned { unit_id, phase, assignment }
    });
    let exposed = (unit.clone(), 1_u32..3, 0_u32..3).prop_map(|(unit_id, phase, exposure)| Row::Exposed {
        unit_id,
        phase,
        exposure_id: EventId::parse(format!("x{exposure}")).unwrap(),
        exposed_at: Timestamp::from_millis(START + 2_000 * i64::from(exposure)),
    });
    let converted = (unit, 0_usize..3, 0_u32..20).prop_map(|(unit_id, goal, event)| {
        // An event id identifies one outcome, so its value and time follow from the id.
        let value = [1.0, f64::from(event % 4 + 1), f64::from(event) * 0.1 - 0.7][goal];
        let at = START + i64::from(event) * 12_000_000;
        Row::Converted(Conversion {
            unit_id,
            goal: GoalKey::parse(["yes", "visits", "pipeline"][goal]).unwrap(),
            event_id: EventId::parse(format!("e{event}")).unwrap(),
            version: Version::FIRST,
            value,
            occurred_at: Timestamp::from_millis(at).into(),
        })
    });
    prop_oneof![3 => assigned, 3 => converted, 1 => exposed]
}

/// A row as of [`row`], of which outcomes have a version with its own content: the value and time follow from the id
/// and the version, and one in three above 0 is a void.
fn corrected() -> impl Strategy<Value = Row> {
    (row(), 0_u32..6).prop_map(|(row, number)| match row {
        Row::Converted(outcome) => {
            let version = Version::parse(u64::from(number * number)).unwrap();
            let Conversion { unit_id, goal, event_id, .. } = outcome;
            if number > 0 && number.is_multiple_of(3) {
                return Row::Voided(Void { unit_id, goal, event_id, version });
            }
            let value = if goal.as_str() == "yes" { 1.0 } else { outcome.value + 3.0 * f64::from(number) };
            let at = outcome.occurred_at.written().millis() + 40_000_000 * i64::from(number);
            let occurred_at = Timestamp::from_millis(at).into();
            Row::Converted(Conversion { unit_id, goal, event_id, version, value, occurred_at })
        }
        row => row,
    })
}

/// Aggregates rows in the order of a partition: unit by unit, in any order within a unit.
fn aggregate(test: &Experiment, rows: &[Row]) -> Totals {
    let unit = |row: &Row| match row {
        Row::Assigned { unit_id, .. } | Row::Exposed { unit_id, .. } => unit_id.clone(),
        Row::Converted(conversion) => conversion.unit_id.clone(),
        Row::Voided(void) => void.unit_id.clone(),
    };
    let mut rows = rows.to_vec();
    rows.sort_by_key(unit);
    let mut aggregation = Aggregation::new(test, Timestamp::from_millis(4_000_000_000_000));
    for row in rows {
        aggregation.push(row);
    }
    aggregation.finish()
}

fn report(test: &Experiment, totals: &Totals) -> Value {
    serde_json::to_value(
        Report::new(test, totals, Timestamp::from_millis(START), None, &Watched::default()).view(&[]),
    )
    .unwrap()
}

#[test]
fn buckets_are_uniform() {
    let ids: u32 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let mut counts = vec![0_u32; 1_000];
    for n in 0..ids {
        counts[(Bucket::of("a seed", &format!("account-{n}.example")).get() / 10) as usize] += 1;
    }
    let expected = f64::from(ids) / 1_000.0;
    let statistic: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
    // The middle 99.8 % of chi-square with 999 degrees of freedom.
    assert!((867.4..1_142.8).contains(&statistic), "{statistic}");
}

proptest! {
    #[test]
    fn wider_coverage_moves_no_unit(weights in weights(), narrow in 0_u32..=10_000, more in 0_u32..=10_000, n in 0_u32..1_000_000) {
        let unit = serde_json::from_value(json!({ "unit_id": n.to_string() })).unwrap();
        let unit = Unit::parse(unit, &experiment()).unwrap();
        let covered = |coverage: u32| {
            let mut test = experiment();
            (test.status, test.definition.coverage) = (Status::Running, share(coverage));
            test.definition.variants = arms(&weights);
            match decide(&test, &unit).unwrap() {
                Decision::Assign(variant) => Some(variant.key.clone()),
                _ => None,
            }
        };
        if let Some(before) = covered(narrow) {
            prop_assert_eq!(Some(before), covered((narrow + more).min(10_000)));
        }
        prop_assert!(covered(10_000).is_some());
    }

    #[test]
    fn any_order_or_repetition_of_rows_gives_the_same_report(
        (rows, shuffled) in vec(row(), 0..80).prop_flat_map(|rows| {
            let repeated: Vec<Row> = rows.iter().chain(rows.iter().step_by(3)).cloned().collect();
            (Just(rows), Just(repeated).prop_shuffle())
        }),
    ) {
        let test = experiment();
        let (once, again) = (aggregate(&test, &rows), aggregate(&test, &shuffled));
        prop_assert_eq!(report(&test, &once), report(&test, &again));
    }

    #[test]
    fn corrections_in_any_order_and_repetition_give_the_state_of_the_highest_versions(
        (rows, sent) in vec(corrected(), 0..120).prop_flat_map(|rows| {
            let repeated: Vec<Row> = rows.iter().chain(rows.iter().step_by(3)).cloned().collect();
            (Just(rows), Just(repeated).prop_shuffle())
        }),
    ) {
        let test = experiment();
        let mut highest = BTreeMap::new();
        for row in &rows {
            if let Row::Converted(Conversion { unit_id, goal, event_id, version, .. })
            | Row::Voided(Void { unit_id, goal, event_id, version }) = row
            {
                let state = highest.entry((unit_id, goal, event_id)).or_insert((*version, row));
                if *version >= state.0 {
                    *state = (*version, row);
                }
            }
        }
        let others = rows.iter().filter(|row| matches!(row, Row::Assigned { .. } | Row::Exposed { .. }));
        let left = highest.values().map(|(_, row)| *row).filter(|row| matches!(row, Row::Converted(_)));
        let expected: Vec<Row> = others.chain(left).cloned().collect();
        let (all, expected) = (aggregate(&test, &sent), aggregate(&test, &expected));
        let (mut all, mut expected) = (report(&test, &all), report(&test, &expected));
        for report in [&mut all, &mut expected] {
            for outcomes in report["outcomes"].as_array_mut().unwrap() {
                (outcomes["void"], outcomes["replaced"]) = (Value::Null, Value::Null);
            }
        }
        prop_assert_eq!(all, expected);
    }

    #[test]
    fn keys_round_trip_and_different_keys_have_different_texts(
        a in "[ -~äß%]{1,40}", b in "[ -~äß%]{1,40}", phase in 0_u32..1_000_000,
        goal in "[a-z0-9][a-z0-9-]{0,20}", event in "[A-Za-z0-9._:-]{1,20}",
        version in 1_u64..=1_000_000_000_000_000,
    ) {
        let unit = |text: &str| UnitId::parse(text).unwrap();
        let keys = [
            EventKey::Assignment(unit(&a), phase),
            EventKey::Assignment(unit(&b), phase),
            EventKey::Conversion(unit(&a), GoalKey::parse(goal.clone()).unwrap(), EventId::parse(event.clone()).unwrap(), Version::FIRST),
            EventKey::Conversion(unit(&b), GoalKey::parse(goal.clone()).unwrap(), EventId::parse(event.clone()).unwrap(), Version::FIRST),
            EventKey::Conversion(unit(&a), GoalKey::parse(goal).unwrap(), EventId::parse(event).unwrap(), Version::parse(version).unwrap()),
        ];
        let written: BTreeSet<String> = keys.iter().map(EventKey::write).collect();
        prop_assert_eq!(written.len(), if a == b { 3 } else { 5 });
        for key in keys {
            prop_assert!(key.write().len() <= 1_024);
            prop_assert_eq!(EventKey::read(&key.write()), Some(key));
        }
    }

    #[test]
    fn an_invalid_key_is_never_read_as_a_valid_one(text in "\\PC{0,60}") {
        if let Some(key) = EventKey::read(&text) {
            prop_assert_eq!(EventKey::read(&key.write()), Some(key));
        }
    }

    #[test]
    fn times_round_trip(millis in 0_i64..253_402_300_800_000) {
        let at = Timestamp::from_millis(millis);
        prop_assert_eq!(Timestamp::try_from(String::from(at)), Ok(at));
    }

    #[test]
    fn tests_round_trip_as_stored_and_as_declared(
        weights in weights(), coverage in 0_u32..=10_000, name in "[^\\p{Cc}]{1,50}", days in 1_u32..=365, threshold in -1e15_f64..1e15,
    ) {
        prop_assume!(weights.len() >= 2);
        let variants: Vec<Value> = arms(&weights).iter().map(|v| serde_json::to_value(v).unwrap()).collect();
        let body = json!({ "test_id": "t", "name": name, "variants": variants, "coverage": coverage,
            "targeting": { "employees": { "$gte": threshold }, "$or": [{ "a.b": { "$in": ["x", 1] } }] },
            "namespace": { "key": "n", "range": [1, 9_999] }, "overrides": { "ü %": "arm-1" },
            "goals": [{ "key": "g", "kind": "sum", "role": "primary", "window_days": days },
                      { "key": "h", "kind": "count", "role": "guardrail", "direction": "lower", "margin": 0.25 }] });
        let definition = Definition::parse(serde_json::from_value(body).unwrap()).unwrap();
        prop_assert_eq!(&Definition::parse(definition.body()).unwrap(), &definition);
        let test = Experiment::draft(definition, Seed::from_random([1; 8]), Timestamp::from_millis(START));
        let stored = serde_json::to_string(&test).unwrap();
        prop_assert_eq!(serde_json::from_str::<Experiment>(&stored).unwrap(), test);
    }

    #[test]
    fn no_condition_makes_the_parser_or_the_evaluation_panic(
        source in any_json(), attributes in any_json(),
    ) {
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        if let Ok(condition) = Condition::parse(&source) {
            let again: Condition = serde_json::from_value(serde_json::to_value(&condition).unwrap()).unwrap();
            prop_assert_eq!(again.is_met_by(&attributes), condition.is_met_by(&attributes));
        }
    }
}

/// JSON with the operators' names in it, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "a",
        "b",
        "a.b",
        "a.0",
        "$and",
        "$or",
        "$nor",
        "$not",
        "$eq",
        "$gt",
        "$in",
        "$nin",
        "$all",
        "$size",
        "$type",
        "$regex",
        "$elemMatch",
        "$exists",
        "$vgt",
        "$veq",
        "$ini",
        "$alli",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..5).prop_map(Value::from),
        "[a-z0-9.v()*+-]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names.clone(), inner), 0..4).prop_map(|entries| Value::Object(
                entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}
