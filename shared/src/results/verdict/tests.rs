//! Each of the five words, and which of two wins.

use bellwether_stats::moments::Moments;
use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{Definition, Seed};
use crate::http::extract::typed;
use crate::results::report::Report;
use crate::results::totals::Totals;

fn test(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "t", "name": "T", "planned_units": 80,
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "better": "lower", "margin": 0.01 }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    test
}

/// What is said of arms with so many units, of which so many converted to the first and second goal.
fn verdict(test: &Experiment, arms: &[(u64, u64, u64)]) -> Verdict {
    Report::new(test, &totals(test, arms), Timestamp::from_millis(1), None).verdict
}

fn totals(test: &Experiment, arms: &[(u64, u64, u64)]) -> Totals {
    let mut totals = Totals::empty(test);
    for (at, (units, booked, out)) in arms.iter().enumerate() {
        totals.arms[at].units = *units;
        totals.strata[0][at] = *units;
        for (goal, converted) in totals.arms[at].goals.iter_mut().zip([booked, out]) {
            goal.converted = *converted;
            goal.moments = Moments::of_counts(*converted, *units);
        }
    }
    totals
}

fn decision(changes: &Value, arms: &[(u64, u64, u64)]) -> Decision {
    verdict(&test(changes), arms).decision
}

#[test]
fn a_better_arm_is_shipped_and_a_worse_one_stopped_and_else_it_goes_on() {
    let plain = json!({});
    for (arms, wanted) in [
        ([(40, 4, 0), (40, 20, 0)], Decision::Ship),
        ([(40, 20, 0), (40, 4, 0)], Decision::Stop),
        ([(40, 12, 0), (40, 14, 0)], Decision::KeepRunning),
        ([(9, 0, 0), (9, 9, 0)], Decision::KeepRunning),
    ] {
        assert_eq!(decision(&plain, &arms), wanted, "{arms:?}");
    }
    let said = verdict(&test(&plain), &[(40, 4, 0), (40, 20, 0)]);
    assert_eq!(said.sentence, "Ship new: it is better than control.");
    assert!(said.reasons[0].starts_with("new: +0.4000 against control, between +0."), "{:?}", said.reasons);
    let lower =
        json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "better": "lower" }] });
    assert_eq!(decision(&lower, &[(40, 4, 0), (40, 20, 0)]), Decision::Stop, "less is better");
}

#[test]
fn an_arm_that_breaks_a_guardrail_is_stopped_however_good_it_is() {
    let said = verdict(&test(&json!({})), &[(100, 10, 1), (100, 50, 40)]);
    assert_eq!(
        (said.decision, said.sentence.as_str()),
        (Decision::Stop, "Stop: new breaks the guardrail opt-out.")
    );
    assert_eq!(decision(&json!({}), &[(100, 10, 40), (100, 50, 1)]), Decision::Ship, "it got better");
}

#[test]
fn nothing_is_said_of_units_that_do_not_fit_the_weights() {
    assert_eq!(decision(&json!({}), &[(40, 4, 0), (90, 70, 0)]), Decision::DoNotTrust);
}

#[test]
fn no_difference_is_one_that_is_smaller_than_is_worth_having_or_not_found_in_time() {
    let none = [(80, 24, 0), (81, 25, 0)];
    assert_eq!(decision(&json!({}), &none), Decision::NoDifference, "twice as many as planned");
    assert_eq!(decision(&json!({ "planned_units": 100 }), &none), Decision::KeepRunning);
    let worth = |effect: f64| json!({ "expected": { "baseline": 0.3, "effect": effect } });
    assert_eq!(decision(&worth(0.5), &none), Decision::NoDifference);
    assert_eq!(decision(&worth(0.05), &none), Decision::KeepRunning, "the interval is wider than that");
    let [up, down] = [[(80, 24, 0), (81, 33, 0)], [(80, 33, 0), (81, 24, 0)]];
    for arms in [up, down] {
        assert_eq!(decision(&worth(0.25), &arms), Decision::KeepRunning, "it may be larger on one side");
    }
}

#[test]
fn no_difference_waits_for_units_that_may_yet_convert_and_for_a_plan() {
    let test = test(&json!({}));
    let mut early = totals(&test, &[(80, 24, 0), (81, 25, 0)]);
    let said = |totals: &Totals| Report::new(&test, totals, Timestamp::from_millis(1), None).verdict.decision;
    early.undue = 9;
    assert_eq!(said(&early), Decision::KeepRunning, "one in 18 is inside its window");
    early.undue = 8;
    assert_eq!(said(&early), Decision::NoDifference);
    let arms = [(800, 240, 0), (800, 241, 0)];
    assert_eq!(decision(&json!({ "planned_units": null }), &arms), Decision::KeepRunning);
    assert_eq!(decision(&json!({ "planned_units": 5 }), &[(6, 1, 0), (6, 1, 0)]), Decision::KeepRunning);
}

#[test]
fn what_a_look_has_shown_keeps_its_direction_and_decides_nothing_once_it_has_turned() {
    let test = test(&json!({}));
    let report = |arms, before: Option<&Value>| {
        Report::new(&test, &totals(&test, arms), Timestamp::from_millis(1), before)
    };
    let first = serde_json::to_value(report(&[(20, 1, 0), (20, 19, 0)], None)).unwrap();
    assert_eq!(first["verdict"]["decision"], "ship");
    let still = report(&[(40, 16, 0), (40, 20, 0)], Some(&first));
    assert_eq!(still.verdict.decision, Decision::Ship, "it was shown and still points there");
    let turned = report(&[(40, 21, 0), (40, 19, 0)], Some(&first));
    assert_eq!(turned.verdict.decision, Decision::KeepRunning);
    assert!(
        turned.verdict.reasons[0].contains("an earlier look showed the opposite"),
        "{:?}",
        turned.verdict
    );
    let mut broken = first;
    broken["sample_ratio"]["ok"] = json!(false);
    let anew = report(&[(40, 16, 0), (40, 20, 0)], Some(&broken));
    assert_eq!(anew.verdict.decision, Decision::KeepRunning, "that look could not be trusted");
}

#[test]
fn weights_that_were_changed_by_hand_withhold_the_verdict() {
    let mut test = test(&json!({}));
    let weights = test.weightings[0].weights.clone();
    test.weightings.push(crate::experiment::Weighting { revision: 9, weights });
    let said = verdict(&test, &[(40, 4, 0), (40, 20, 0)]);
    assert_eq!(said.decision, Decision::KeepRunning);
    assert!(said.reasons[1].starts_with("The weights have changed in this phase"), "{:?}", said.reasons);
}

#[test]
fn an_adaptive_test_is_judged_by_bets_while_it_runs_and_in_the_right_direction() {
    let adaptive = json!({ "allocation": { "mode": "adaptive" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] });
    let test = test(&adaptive);
    let said = |test: &Experiment, arms: [(u64, u64); 2], undue: u64| {
        let mut totals = totals(test, &arms.map(|(units, converted)| (units, converted, 0)));
        totals.batches[0] = arms.map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
        totals.undue = undue;
        let report = Report::new(test, &totals, Timestamp::from_millis(1), None);
        (report.verdict.decision, report.goals[0].comparisons[0].method)
    };
    assert_eq!(said(&test, [(40, 0), (40, 15)], 0), (Decision::Ship, "bets"));
    assert_eq!(said(&test, [(40, 15), (40, 0)], 0), (Decision::Stop, "bets"));
    assert_eq!(said(&test, [(40, 7), (40, 9)], 0).0, Decision::KeepRunning);
    let mut over = test;
    over.status = Status::Stopped;
    assert_eq!(said(&over, [(40, 5), (40, 15)], 1).1, "bets", "somebody may yet convert");
    assert_eq!(said(&over, [(40, 3), (40, 16)], 0), (Decision::Ship, "batch_stratified"));
    assert_eq!(said(&over, [(40, 8), (40, 17)], 0).0, Decision::KeepRunning, "two readings share the 5 %");
    let arms = [(40, 8), (40, 17)].map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
    let batch = bellwether_stats::adaptive::Batch { weights: vec![5_000, 5_000], arms };
    let alone = bellwether_stats::adaptive::bols::bols(&[batch], 0, 1, 0.05).unwrap();
    assert!(alone.p_value < 0.05, "by itself it would have decided: {alone:?}");
}

#[test]
fn of_several_arms_the_best_is_shipped_and_each_pays_for_the_others() {
    let three = json!({ "variants": [
        { "key": "control", "weight": 3_400, "is_control": true }, { "key": "a", "weight": 3_300 },
        { "key": "b", "weight": 3_300 }] });
    let said = verdict(&test(&three), &[(40, 4, 0), (40, 22, 0), (40, 30, 0)]);
    assert_eq!(said.sentence, "Ship b: it is better than control.");
    assert_eq!(
        decision(&three, &[(40, 20, 0), (40, 2, 0), (40, 19, 0)]),
        Decision::KeepRunning,
        "b may be good"
    );
    assert_eq!(decision(&three, &[(60, 40, 0), (60, 8, 0), (60, 9, 0)]), Decision::Stop);
}

#[test]
fn a_test_that_goes_on_says_how_many_units_are_missing() {
    let expected = json!({ "expected": { "baseline": 0.3, "effect": 0.05 } });
    let said = verdict(&test(&expected), &[(40, 12, 0), (40, 14, 0)]);
    assert!(said.reasons.last().unwrap().starts_with("To find the difference worth having while watching"));
    let said = verdict(&test(&json!({})), &[(30, 9, 0), (30, 9, 0)]);
    assert_eq!(said.reasons.last().unwrap(), "60 of 80 planned units are in the test.");
}
