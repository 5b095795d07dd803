//! Tests of comparisons of several tests.

use serde_json::{Value, json};

use super::{Programme, Requested, State};
use crate::clock::Timestamp;
use crate::experiment::{Definition, Experiment, ExperimentId, Seed, Shipped, Status, VariantKey};
use crate::results::counting::totals::Totals;
use crate::results::looks::Watched;
use crate::results::report::Report;
use crate::results::verdict::Advice;
use crate::validation::typed;

/// Returns a test with its report: `converted` of 200 accounts in control, and of 200 in the other variant.
fn measured(name: &str, changes: &Value, converted: [u64; 2]) -> (Experiment, Report) {
    let mut body = json!({ "test_id": name, "name": name, "planned_units": 200,
        "variants": [{ "key": "old", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    let mut totals = Totals::empty(&test);
    for (arm, converted) in totals.arms.iter_mut().zip(converted) {
        arm.units = 200;
        arm.goals[0].converted = converted;
        for n in 0..200 {
            arm.goals[0].moments.add(f64::from(u8::from(n < converted)));
        }
    }
    let report = Report::new(&test, &totals, Timestamp::from_millis(1), None, &Watched::default());
    (test, report)
}

fn shipped(mut own: (Experiment, Report), winner: &str) -> (Experiment, Report) {
    own.0.status = Status::Shipped;
    let winner = VariantKey::parse(winner).unwrap();
    own.0.shipped = Some(Shipped { winner, at: Timestamp::from_millis(1) });
    own
}

fn compare(tests: &[(Experiment, Report)]) -> Programme {
    let requested = |own: &'_ (Experiment, Report)| own.0.definition.test_id.clone();
    let names: Vec<ExperimentId> = tests.iter().map(requested).collect();
    let all: Vec<_> = tests
        .iter()
        .zip(&names)
        .map(|((test, report), test_id)| Requested { test_id, test: Some(test), report: Some(report) })
        .collect();
    Programme::new(&all)
}

fn none() -> Value {
    json!({})
}

#[test]
fn each_lift_is_shrunk_towards_the_mean_of_all() {
    let tests = [("a", [40, 90]), ("b", [40, 44]), ("c", [40, 40]), ("d", [40, 30])]
        .map(|(name, converted)| measured(name, &none(), converted));
    let found = compare(&tests);
    let prior = found.prior.unwrap();
    assert!(prior.lifts == 4 && prior.deviation > 0.0 && prior.mean > 0.0, "{prior:?}");
    for own in &found.tests {
        let (lift, shrunk) = (own.variants[0].lift.estimate.unwrap(), own.variants[0].shrunk.unwrap());
        let estimate = shrunk.estimate.unwrap();
        let (low, high) = (lift.min(prior.mean), lift.max(prior.mean));
        assert!((low..=high).contains(&estimate), "{lift} {estimate} {}", prior.mean);
        assert!(shrunk.low.unwrap() < estimate && estimate < shrunk.high.unwrap());
    }
    let (raw, shrunk) = (found.tests[0].variants[0].lift, found.tests[0].variants[0].shrunk.unwrap());
    assert!(raw.estimate.unwrap() > 1.2 && shrunk.estimate.unwrap() < raw.estimate.unwrap());
}

#[test]
fn lifts_that_differ_by_chance_only_become_equal() {
    let tests = [("a", [40, 42]), ("b", [40, 44]), ("c", [40, 43])]
        .map(|(name, converted)| measured(name, &none(), converted));
    let found = compare(&tests);
    let estimates: Vec<_> =
        found.tests.iter().map(|own| own.variants[0].shrunk.unwrap().estimate.unwrap()).collect();
    assert!(found.prior.unwrap().deviation == 0.0);
    assert!(estimates.iter().all(|own| (own - found.prior.unwrap().mean).abs() < 1e-9), "{estimates:?}");
}

#[test]
fn fewer_than_three_lifts_are_not_shrunk() {
    let found = compare(&[measured("a", &none(), [40, 60]), measured("b", &none(), [40, 44])]);
    assert!(found.prior.is_none() && found.tests.iter().all(|own| own.variants[0].shrunk.is_none()));
}

#[test]
fn where_less_is_better_a_fall_is_an_improvement() {
    let lower =
        json!({ "goals": [{ "key": "g", "kind": "binary", "role": "primary", "direction": "lower" }] });
    let all = ["a", "b", "c"].map(|name| measured(name, &lower, [80, 40]));
    let found = compare(&all);
    // 80 against 40 of 200: half as many, or better by 100 %.
    assert!((found.prior.unwrap().mean - 1.0).abs() < 1e-9, "{:?}", found.prior);
    let variant = &found.tests[0].variants[0];
    assert!((variant.lift.estimate.unwrap() + 0.5).abs() < 1e-9);
    let shrunk = variant.shrunk.unwrap();
    assert!((shrunk.estimate.unwrap() + 0.5).abs() < 1e-9 && shrunk.low < shrunk.estimate, "{shrunk:?}");
    assert!(shrunk.estimate < shrunk.high);
}

#[test]
fn shipped_variants_are_cumulated_by_goal_and_control_is_not() {
    let named = |key: &str| json!({ "goals": [{ "key": key, "kind": "binary", "role": "primary" }] });
    let tests = [
        shipped(measured("a", &named("demo"), [40, 80]), "new"),
        shipped(measured("b", &named("demo"), [40, 60]), "new"),
        shipped(measured("c", &named("demo"), [40, 20]), "old"),
        shipped(measured("d", &named("sign-up"), [40, 50]), "new"),
        measured("e", &named("demo"), [40, 90]),
    ];
    let found = compare(&tests);
    let goals: Vec<_> = found.shipped.iter().map(|own| (own.goal.as_str(), own.tests.len())).collect();
    assert_eq!(goals, [("demo", 2), ("sign-up", 1)]);
    assert!((found.shipped[0].lift - (2.0 * 1.5 - 1.0)).abs() < 1e-9, "{:?}", found.shipped[0]);
    let shrunk = found.shipped[0].shrunk.unwrap();
    assert!(shrunk.low < shrunk.estimate && shrunk.estimate < shrunk.high);
    assert!(found.tests[0].variants[0].is_shipped && !found.tests[2].variants[0].is_shipped);
}

#[test]
fn the_share_of_winners_counts_decided_tests() {
    let decided = [("won", Advice::Ship), ("lost", Advice::Stop), ("open", Advice::KeepRunning)];
    let tests = decided.map(|(name, decision)| {
        let (test, mut report) = measured(name, &none(), [40, 44]);
        report.verdict.decision = decision;
        (test, report)
    });
    let counts = compare(&tests).counts;
    assert_eq!((counts.reported, counts.decided, counts.won, counts.share_won), (3, 2, 1, Some(0.5)));
    assert_eq!(compare(&tests[2..]).counts.share_won, None);
}

#[test]
fn tests_without_results_and_unknown_tests_have_an_entry_in_their_place() {
    let (test, report) = measured("a", &none(), [40, 60]);
    let [a, b, c] = ["a", "b", "c"].map(|name| ExperimentId::parse(name).unwrap());
    let found = Programme::new(&[
        Requested { test_id: &c, test: None, report: None },
        Requested { test_id: &b, test: Some(&test), report: None },
        Requested { test_id: &a, test: Some(&test), report: Some(&report) },
    ]);
    let states: Vec<_> = found.tests.iter().map(|own| (own.test_id.as_str(), own.state)).collect();
    assert_eq!(states, [("c", State::Unknown), ("b", State::NotReported), ("a", State::Reported)]);
    assert!(found.tests[0].status.is_none() && found.tests[1].status.is_some());
    assert!(found.tests[1].variants.is_empty() && found.counts.reported == 1);
}
