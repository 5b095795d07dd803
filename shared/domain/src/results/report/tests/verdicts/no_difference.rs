//! When it is said that there is no difference, and what a test that goes on still lacks.

use super::*;

#[test]
fn no_difference_is_one_that_is_smaller_than_is_worth_having_or_not_found_in_time() {
    let none = [(80, 24, 0), (81, 25, 0)];
    assert_eq!(decision(&json!({}), &none), Advice::NoDifference, "twice as many as planned");
    assert_eq!(decision(&json!({ "planned_units": 100 }), &none), Advice::KeepRunning);
    let worth = |effect: f64| json!({ "expected": { "baseline": 0.3, "effect": effect } });
    assert_eq!(decision(&worth(0.5), &none), Advice::NoDifference);
    assert_eq!(decision(&worth(0.05), &none), Advice::KeepRunning, "the interval is wider than that");
    let [up, down] = [[(80, 24, 0), (81, 33, 0)], [(80, 33, 0), (81, 24, 0)]];
    for arms in [up, down] {
        assert_eq!(decision(&worth(0.25), &arms), Advice::KeepRunning, "it may be larger on one side");
    }
}

#[test]
fn no_difference_waits_for_units_that_may_yet_convert_and_for_a_plan() {
    let test = test(&json!({}));
    let mut early = totals(&test, &[(80, 24, 0), (81, 25, 0)]);
    let said = |totals: &Totals| Report::new(&test, totals, Timestamp::from_millis(1), None).verdict.decision;
    early.immature = 9;
    assert_eq!(said(&early), Advice::KeepRunning, "one in 18 is inside its window");
    early.immature = 8;
    assert_eq!(said(&early), Advice::NoDifference);
    let arms = [(800, 240, 0), (800, 241, 0)];
    assert_eq!(decision(&json!({ "planned_units": null }), &arms), Advice::KeepRunning);
    assert_eq!(decision(&json!({ "planned_units": 5 }), &[(6, 1, 0), (6, 1, 0)]), Advice::KeepRunning);
}

#[test]
fn arms_that_are_wholly_alike_end_without_a_difference_at_twice_the_plan() {
    for converted in [0, 80] {
        let arms = [(80, converted, 0), (80, converted, 0)];
        assert_eq!(decision(&json!({}), &arms), Advice::NoDifference, "{converted}");
        assert_eq!(decision(&json!({ "planned_units": 200 }), &arms), Advice::KeepRunning);
        let worth = |effect: f64| json!({ "expected": { "baseline": 0.3, "effect": effect } });
        assert_eq!(decision(&worth(0.2), &arms), Advice::NoDifference);
        assert_eq!(decision(&worth(0.02), &arms), Advice::KeepRunning);
    }
}

#[test]
fn a_test_that_goes_on_says_how_many_units_are_missing() {
    let expected = json!({ "expected": { "baseline": 0.3, "effect": 0.05 } });
    let said = verdict(&test(&expected), &[(40, 12, 0), (40, 14, 0)]);
    assert!(
        said.reasons
            .iter()
            .any(|reason| reason.starts_with("Finding the effect that the test expects takes"))
    );
    let said = verdict(&test(&json!({})), &[(30, 9, 0), (30, 9, 0)]);
    assert_eq!(said.reasons.last().unwrap(), "60 of 80 planned units are in the test.");
    assert_eq!(said.sentence, "Keep running: 60 units in the test so far.");
    let (mut test, mut totals) = (test(&json!({})), totals(&test(&json!({})), &[(39, 9, 0), (40, 9, 0)]));
    (totals.recent, totals.first_assigned_at) = (14, Some(Timestamp::from_millis(0)));
    let at =
        |test: &Experiment| Report::new(test, &totals, Timestamp::from_millis(14 * 86_400_000), None).verdict;
    assert!(at(&test).reasons.last().unwrap().ends_with("within 1 day."), "{:?}", at(&test).reasons);
    test.status = Status::Paused;
    assert_eq!(at(&test).sentence, "The test is paused, with 79 units in it.");
}
