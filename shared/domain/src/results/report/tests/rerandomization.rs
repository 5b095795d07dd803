//! Tests of rerandomization in reports, on units that are randomized by the hash that assigns them.

use serde_json::{Value, json};

use super::scenes::first_look;
use crate::clock::Timestamp;
use crate::experiment::{Assignment, Decision, Definition, Entry, Experiment, Seed, Unit, decide};
use crate::results::counting::aggregation::Aggregation;
use crate::results::counting::row::Row;
use crate::results::counting::totals::Totals;
use crate::results::reading::rerandomization::tested;
use crate::validation::typed;

const UNITS: u32 = 60;

/// Returns a number from 0 to 99 that depends only on `a` and `b` (Steele, Lea and Flood 2014, splitmix64).
fn chance(a: u64, b: u64) -> u64 {
    let mut z = (a << 32 | b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % 100
}

fn covariate(run: u8, unit: u32) -> u64 {
    chance(u64::from(run), u64::from(unit))
}

fn launched(run: u8) -> Experiment {
    listed(run, UNITS)
}

fn listed(run: u8, units: u32) -> Experiment {
    let unit = |n: u32| {
        json!({ "unit_id": format!("unit-{n}"), "covariate": covariate(run, n),
                                "attributes": { "industry": n % 3 } })
    };
    let goals = json!([{ "key": "pipeline", "kind": "sum", "role": "primary" },
        { "key": "visits", "kind": "count", "role": "none" }, { "key": "sign-ups", "kind": "count", "role": "none" },
        { "key": "rate", "kind": "ratio", "numerator": "sign-ups", "denominator": "visits" }]);
    let body = json!({ "test_id": "t", "name": "T", "segments": ["industry"], "goals": goals,
        "known_units": (0..units).map(unit).collect::<Vec<_>>(),
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }] });
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let test = Experiment::draft(definition, Seed::from_random([run; 8]), Timestamp::from_millis(0));
    let start = typed(json!({ "revision": 1, "status": "running" })).unwrap();
    test.revise(start, Seed::from_random([0; 8]), Timestamp::from_millis(1)).unwrap()
}

/// Returns the totals when the first `units` units have requested an assignment. The outcome of each is the
/// sum of its covariate, a random number and the effect of its variant.
fn totals(test: &Experiment, run: u8, units: u32, lift: u64) -> Totals {
    let now = Timestamp::from_millis(1_000);
    let mut aggregation = Aggregation::new(test, now);
    for n in 0..units {
        let listed_unit = typed(json!({ "unit_id": format!("unit-{n}") }));
        let listed_unit = Unit::parse(listed_unit.unwrap(), test).unwrap();
        let Decision::Assign(variant) = decide(test, &listed_unit).unwrap() else {
            panic!("the unit is on the list")
        };
        let assignment = Assignment::of(test, &listed_unit, variant, now).unwrap();
        let treated = u64::from(!variant.is_control);
        let value = 3 * covariate(run, n) + chance(u64::from(run) + 1_000, u64::from(n)) + lift * treated;
        aggregation.push(Row::Assigned { unit_id: listed_unit.id.clone(), phase: 1, assignment });
        let visits = 5 + u64::from(n % 4);
        for (goal, value) in [("pipeline", value), ("visits", visits), ("sign-ups", 1 + treated * lift / 50)]
        {
            let body = json!({ "unit_id": listed_unit.id, "goal": goal, "event_id": goal, "value": value,
                               "occurred_at": "1970-01-01T00:00:01Z" });
            aggregation.push(Entry::parse(typed(body).unwrap(), test, now).unwrap().event.into());
        }
    }
    aggregation.finish()
}

fn report(run: u8, units: u32, lift: u64) -> Value {
    let test = launched(run);
    let report = first_look(&test, &totals(&test, run, units, lift), Timestamp::from_millis(2_000), None);
    serde_json::to_value(report).unwrap()
}

fn planned(report: &Value, goal: usize) -> &Value {
    &report["goals"][goal]["comparisons"][0]["fixed_horizon"]
}

#[test]
fn known_units_are_tested_by_other_seeds_and_have_welchs_interval() {
    let none = report(1, UNITS, 0);
    let p = planned(&none, 0);
    assert_eq!((&p["test"], &p["method"]), (&json!("rerandomization"), &json!("welch")));
    assert!(p["p_value"].as_f64().unwrap() > 0.05, "{p}");
    let some = report(1, UNITS, 60);
    assert!(planned(&some, 0)["p_value"].as_f64().unwrap() < 0.01, "{}", planned(&some, 0));
    let ratio = planned(&some, 3);
    assert_eq!((&ratio["test"], &ratio["method"]), (&json!("rerandomization"), &json!("delta")));
    assert!(ratio["p_value"].as_f64().unwrap() < 0.01, "{ratio}");
    assert!(planned(&none, 3)["p_value"].as_f64().unwrap() > 0.05);
    assert_eq!(report(1, UNITS, 0), none, "the same data give the same report");
}

#[test]
fn rerandomization_finds_differences_that_a_formula_misses() {
    // Most of the variance is that of the covariate, which is balanced.
    let found = (1..=10).filter(|run| {
        let report = report(*run, UNITS, 35);
        planned(&report, 0)["p_value"].as_f64().unwrap() < 0.05
    });
    assert!(found.count() >= 8);
}

/// `RERANDOMIZATION_RUNS=250 cargo test --release …` measures it more precisely. `make calibrate FAMILIES=balance`
/// calibrates the method itself.
#[test]
fn without_a_difference_the_test_errs_in_about_one_of_twenty_tests() {
    let runs: u8 = std::env::var("RERANDOMIZATION_RUNS").map_or(30, |runs| runs.parse().unwrap());
    let wrong = (1..=runs).filter(|run| {
        let test = launched(*run);
        tested(&test, &totals(&test, *run, UNITS, 0)).unwrap()[0].p_value < 0.05
    });
    let (wrong, expected) = (wrong.count(), f64::from(runs) * 0.05);
    println!("{wrong} of {runs} tests without a difference found one");
    assert!(
        f64::from(u32::try_from(wrong).unwrap()) <= expected + 3.0 * expected.sqrt(),
        "{wrong} of {runs}"
    );
}

#[test]
fn unassigned_units_are_left_out_and_too_few_units_are_not_tested() {
    let some = report(2, 30, 0);
    assert_eq!(planned(&some, 0)["test"], "rerandomization");
    let few = report(2, 3, 0);
    assert!(planned(&few, 0).is_null(), "{few}");
}

#[test]
fn a_unit_in_an_arm_other_than_its_seeds_prevents_the_test() {
    let test = launched(3);
    let mut totals = totals(&test, 3, UNITS, 0);
    assert!(tested(&test, &totals).is_some());
    let unit = totals.known[5].as_mut().unwrap();
    unit.arm = 1 - unit.arm;
    assert_eq!(tested(&test, &totals), None);
    let report = first_look(&test, &totals, Timestamp::from_millis(2_000), None);
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(planned(&report, 0)["test"], "formula");
    let warnings = report["goals"][0]["comparisons"][0]["warnings"].to_string();
    assert!(warnings.contains("or they cannot be randomized again"), "{warnings}");
}

#[test]
fn merged_partitions_contain_every_known_unit_once() {
    let test = launched(4);
    let (all, few) = (totals(&test, 4, UNITS, 0), totals(&test, 4, 20, 0));
    let mut merged = Totals::empty(&test);
    merged.merge(&few);
    assert_eq!(merged.known.iter().flatten().count(), 20);
    merged.merge(&all);
    assert_eq!(merged.known, all.known);
}

#[test]
fn a_list_gets_arms_within_one_unit_of_the_weights_and_is_tested_with_these_sizes() {
    let test = listed(5, 207);
    let totals = totals(&test, 5, 207, 0);
    assert_eq!([totals.arms[0].units, totals.arms[1].units], [104, 103]);
    let found = tested(&test, &totals).unwrap();
    // A tenth of all seeds is under the threshold, so a thousand of them need about ten thousand draws.
    assert!((7_000..15_000).contains(&found[0].tried), "{found:?}");
    let mut randomize = test.definition.randomize(&test.balance.as_ref().unwrap().root);
    let mut arms = vec![0; 207];
    for number in 0..200 {
        randomize(number, &mut arms);
        assert_eq!(arms.iter().sum::<usize>(), 103, "{number}");
    }
}
