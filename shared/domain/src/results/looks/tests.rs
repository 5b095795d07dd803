//! Tests of looks: what they depend on, and what stays.

use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{
    Assignment, Conversion, Definition, EventId, GoalKey, Seed, Status, UnitId, Version,
};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::row::Row;
use crate::validation::typed;

const DAY: i64 = 86_400_000;

fn test(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "t", "name": "T", "planned_units": 60,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 2_500 },
                     { "key": "c", "weight": 2_500 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 10 },
                  { "key": "n", "kind": "count", "role": "none" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    test
}

/// Counts units given as (number, arm, converted), assigned on day 0, after `days` days.
fn counted(test: &Experiment, units: &[(u32, usize, bool)], days: i64) -> Totals {
    let mut aggregation = Aggregation::new(test, Timestamp::from_millis(days * DAY));
    for (number, arm, converted) in units {
        let unit_id = UnitId::parse(format!("unit-{number}")).unwrap();
        let variant = &test.definition.variants[*arm];
        let assignment = Assignment {
            variant: variant.key.clone(),
            assigned_at: Timestamp::from_millis(0),
            revision: 1,
            propensity: variant.weight,
            segments: test.definition.segments.iter().map(|name| (name.clone(), industry(*number))).collect(),
            covariate: None,
        };
        aggregation.push(Row::Assigned { unit_id: unit_id.clone(), phase: 1, assignment });
        if *converted {
            let (goal, event_id) = (GoalKey::parse("g").unwrap(), EventId::parse("e").unwrap());
            let occurred_at = Timestamp::from_millis(DAY).into();
            aggregation.push(Row::Converted(Conversion {
                unit_id,
                goal,
                event_id,
                version: Version::FIRST,
                value: 1.0,
                occurred_at,
            }));
        }
    }
    aggregation.finish()
}

fn industry(number: u32) -> String {
    ["farming", "retail"][number as usize / 4 % 2].to_owned()
}

/// Sixty units, half of them in control, of which those of the second arm convert.
fn units() -> Vec<(u32, usize, bool)> {
    let arm = |n: u32| if n.is_multiple_of(2) { 0 } else { 1 + (n as usize / 2) % 2 };
    (0..60).map(|n| (n, arm(n), arm(n) == 1 || n.is_multiple_of(7))).collect()
}

fn looked(test: &Experiment, totals: &Totals, looks: Looks) -> Looks {
    Watched::new(test, totals, looks).look(test, totals).looks
}

fn watch(test: &Experiment, looks: &Looks, arm: usize) -> Watch {
    let definition = &test.definition;
    looks.of(&definition.goals[0].key, &definition.variants[arm].key).unwrap().watch.clone()
}

#[test]
fn the_information_is_the_share_of_the_windows_that_has_passed() {
    let test = test(&json!({}));
    for (days, information) in [(1, 0.1), (5, 0.5), (10, 1.0), (99, 1.0)] {
        let looks = looked(&test, &counted(&test, &units(), days), Looks::default());
        assert!((watch(&test, &looks, 1).information - information).abs() < 1e-12, "{days}");
    }
    let unplanned = self::test(&json!({ "planned_units": null }));
    let looks = looked(&unplanned, &counted(&unplanned, &units(), 10), Looks::default());
    assert!((watch(&unplanned, &looks, 1).information - 0.3).abs() < 1e-12, "200 units");
}

#[test]
fn goals_that_are_only_recorded_have_no_looks() {
    let test = test(&json!({}));
    let looks = looked(&test, &counted(&test, &units(), 10), Looks::default());
    assert_eq!(looks.comparisons().len(), 2, "two arms of the primary goal");
}

#[test]
fn a_repeated_count_spends_nothing_and_decides_nothing_else() {
    let test = test(&json!({}));
    let totals = counted(&test, &units(), 10);
    let first = looked(&test, &totals, Looks::default());
    let again = looked(&test, &totals, first.clone());
    for arm in [1, 2] {
        let (first, again) = (watch(&test, &first, arm), watch(&test, &again, arm));
        assert_eq!((first.looks, again.looks), (1, 1), "a look that changes nothing is not counted");
        for (a, b) in first.levels.iter().zip(&again.levels) {
            assert_eq!((&a.stopped, a.decided), (&b.stopped, b.decided));
        }
    }
    let decided = first.decided(&test, Role::Primary);
    assert!(decided[0].is_some() && decided[1].is_none(), "{decided:?}");
    assert_eq!(decided, again.decided(&test, Role::Primary));
}

#[test]
fn a_comparison_does_not_depend_on_the_units_of_a_third_arm() {
    let test = test(&json!({}));
    let mut changed = units();
    changed.retain(|(number, arm, _)| *arm != 2 || number % 3 > 0);
    changed.iter_mut().filter(|(_, arm, _)| *arm == 2).for_each(|(_, _, converted)| *converted = true);
    let ranks = |units: &[(u32, usize, bool)]| {
        let watched = Watched::new(&test, &counted(&test, units, 10), Looks::default());
        [1, 2].map(|arm| watched.arm(arm).unwrap().goal(0).unwrap().ranks())
    };
    let (before, after) = (ranks(&units()), ranks(&changed));
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
}

#[test]
fn the_order_in_which_units_are_counted_does_not_matter() {
    let test = test(&json!({}));
    let mut turned = units();
    turned.reverse();
    let of = |units: &[(u32, usize, bool)]| looked(&test, &counted(&test, units, 10), Looks::default());
    assert_eq!(of(&units()), of(&turned));
}

#[test]
fn adaptive_tests_and_changed_weights_have_no_looks() {
    let two = json!([{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }]);
    let adaptive = test(&json!({ "allocation": { "mode": "adaptive" }, "variants": two }));
    let units: Vec<_> = units().into_iter().filter(|(_, arm, _)| *arm < 2).collect();
    assert_eq!(looked(&adaptive, &counted(&adaptive, &units, 10), Looks::default()).comparisons(), []);
}

#[test]
fn a_value_of_a_segment_with_an_effect_is_named_and_stays_named() {
    let two = json!([{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }]);
    let test = test(&json!({ "segments": ["industry"], "variants": two, "planned_units": 120 }));
    let converts =
        |n: u32| if industry(n) == "retail" && n % 2 == 1 { n % 16 != 5 } else { n.is_multiple_of(7) };
    let units = |effect: bool| -> Vec<_> {
        (0..120)
            .map(|n| (n, n as usize % 2, if effect { converts(n) } else { n.is_multiple_of(7) }))
            .collect()
    };
    let first = looked(&test, &counted(&test, &units(true), 10), Looks::default());
    let later = looked(&test, &counted(&test, &units(false), 10), first.clone());
    for looks in [first, later] {
        let named = &looks.comparisons()[0].segments.as_ref().unwrap().named;
        let values: Vec<_> = named.iter().map(|own| (own.value.as_str(), own.decided.look)).collect();
        assert_eq!(values, [("retail", 1)]);
    }
}

#[test]
fn a_look_is_stored_and_read_without_a_change() {
    let test = test(&json!({}));
    let looks = looked(&test, &counted(&test, &units(), 10), Looks::default());
    for comparison in looks.comparisons() {
        let json = serde_json::to_vec(&comparison.stored()).unwrap();
        assert!(
            json.starts_with(br#"{"version":1,"goal":"g","variant":"#),
            "{}",
            String::from_utf8_lossy(&json)
        );
        assert_eq!(WatchedComparison::read(&json).as_ref(), Some(comparison));
    }
    let other = br#"{"version":2,"goal":"g","variant":"b"}"#;
    assert_eq!(WatchedComparison::read(other), None);
    assert!(Looks::new(vec![None]).are_lost() && !Looks::new(Vec::new()).are_lost());
}

#[test]
fn the_draws_of_known_units_keep_the_sizes_of_the_arms() {
    let list: Vec<_> =
        (0..40).map(|n| json!({ "unit_id": format!("unit-{n}"), "covariate": n * n % 17 })).collect();
    let two = json!([{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }]);
    let draft = test(&json!({ "known_units": list, "variants": two }));
    let draft = Experiment { status: Status::Draft, ..draft };
    let start = typed(json!({ "revision": 1, "status": "running" })).unwrap();
    let test = draft.revise(start, Seed::from_random([9; 8]), Timestamp::from_millis(0)).unwrap();
    let arm = |n: u32| {
        let unit = UnitId::parse(format!("unit-{n}")).unwrap();
        usize::from(!test.randomized(&unit).unwrap().is_control)
    };
    let units: Vec<_> = (0..40).map(|n| (n, arm(n), n % 3 == 0)).collect();
    let totals = counted(&test, &units, 10);
    let rows = totals.unit_rows.sorted().unwrap();
    let listed = listed::Listed::new(&test, &rows, 500);
    let treated = |draw: usize| (0..40).filter(|known| listed.arms(*known).unwrap()[draw]).count();
    assert!((0..500).all(|draw| treated(draw) == 20), "20 of 40 in every draw");
    assert_eq!(looked(&test, &totals, Looks::default()).comparisons().len(), 1);
}
