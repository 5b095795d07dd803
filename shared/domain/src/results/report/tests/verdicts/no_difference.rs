//! Tests of the verdict "no difference", and of what a running test still needs for it.

use super::*;

#[test]
fn no_difference_requires_a_small_interval_or_twice_the_planned_units() {
    let none = [(80, 24, 0), (81, 25, 0)];
    assert_eq!(decision(&json!({}), &none), Advice::NoDifference, "twice as many as planned");
    assert_eq!(decision(&json!({ "planned_units": 100 }), &none), Advice::KeepRunning);
    let worth = |effect: f64| json!({ "expected": { "baseline": 0.3, "effect": effect } });
    assert_eq!(decision(&worth(0.5), &none), Advice::NoDifference);
    assert_eq!(
        decision(&worth(0.05), &none),
        Advice::KeepRunning,
        "the interval exceeds the expected effect"
    );
    let [up, down] = [[(80, 24, 0), (81, 33, 0)], [(80, 33, 0), (81, 24, 0)]];
    for arms in [up, down] {
        assert_eq!(
            decision(&worth(0.25), &arms),
            Advice::KeepRunning,
            "the difference may be larger in one direction"
        );
    }
}

#[test]
fn no_difference_requires_mature_units_and_a_plan() {
    let test = test(&json!({}));
    let mut early = totals(&test, &[(80, 24, 0), (81, 25, 0)]);
    let result =
        |totals: &Totals| first_look(&test, totals, Timestamp::from_millis(1), None).verdict.decision;
    early.immature = 9;
    assert_eq!(result(&early), Advice::KeepRunning, "one in 18 is inside its window");
    early.immature = 8;
    assert_eq!(result(&early), Advice::NoDifference);
    let arms = [(800, 240, 0), (800, 241, 0)];
    assert_eq!(decision(&json!({ "planned_units": null }), &arms), Advice::KeepRunning);
    assert_eq!(decision(&json!({ "planned_units": 5 }), &[(6, 1, 0), (6, 1, 0)]), Advice::KeepRunning);
}

#[test]
fn equal_arms_without_variance_have_no_difference_at_twice_the_plan() {
    for converted in [0, 80] {
        let arms = [(80, converted, 0), (80, converted, 0)];
        assert_eq!(decision(&json!({}), &arms), Advice::NoDifference, "{converted}");
        assert_eq!(decision(&json!({ "planned_units": 200 }), &arms), Advice::KeepRunning);
        let worth = |effect: f64| json!({ "expected": { "baseline": 0.3, "effect": effect } });
        assert_eq!(decision(&worth(0.2), &arms), Advice::NoDifference, "there is no interval to compare");
    }
}

#[test]
fn a_running_test_reports_how_many_units_are_missing() {
    let expected = json!({ "expected": { "baseline": 0.3, "effect": 0.05 } });
    let result = verdict(&test(&expected), &[(40, 12, 0), (40, 14, 0)]);
    assert!(
        result.reasons.iter().any(|reason| reason.starts_with("To find the expected effect, the test needs"))
    );
    let result = verdict(&test(&json!({})), &[(30, 9, 0), (30, 9, 0)]);
    assert_eq!(result.reasons.last().unwrap(), "The test has 60 of 80 planned accounts.");
    assert_eq!(result.sentence, "Keep running: 60 accounts in the test so far.");
    let (mut test, mut totals) = (test(&json!({})), totals(&test(&json!({})), &[(39, 9, 0), (40, 9, 0)]));
    (totals.recent, totals.first_assigned_at) = (14, Some(Timestamp::from_millis(0)));
    let at =
        |test: &Experiment| first_look(test, &totals, Timestamp::from_millis(14 * 86_400_000), None).verdict;
    // All are past their window. The missing one is: one account a day, of which each has passed a part of its
    // window of 90 days, make up for it in 13.4 days.
    assert!(at(&test).reasons.last().unwrap().ends_with("is on 28 January 1970."), "{:?}", at(&test).reasons);
    test.status = Status::Paused;
    assert_eq!(at(&test).sentence, "The test is paused. It has 79 accounts.");
}
