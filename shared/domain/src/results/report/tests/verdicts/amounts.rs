//! Tests of amounts, and of guardrails without a reading.

use super::*;

/// A test with one goal of this kind, and a guardrail for which less is better.
fn amounts(kind: &str) -> Value {
    json!({ "goals": [
        { "key": "booked", "kind": kind, "role": "primary" },
        { "key": "opt-out", "kind": kind, "role": "guardrail", "direction": "lower", "margin": 0.02 }] })
}

/// Totals of arms in which every unit has these amounts of the first and the second goal.
fn constant(test: &Experiment, arms: [(u64, f64, f64); 2]) -> Totals {
    let mut totals = totals(test, &arms.map(|(units, _, _)| (units, 0, 0)));
    for (arm, (units, first, second)) in totals.arms.iter_mut().zip(arms) {
        for (goal, amount) in arm.goals.iter_mut().zip([first, second]) {
            goal.moments = Moments::default();
            goal.converted = if amount > 0.0 { units } else { 0 };
            for _ in 0..units {
                goal.moments.add(amount);
                goal.numbers.push(amount, 1.0);
                goal.sizes.add(amount);
            }
        }
    }
    let unit = |arm: (u64, f64, f64)| vec![vec![(arm.1, 1.0), (arm.2, 1.0)]; usize::try_from(arm.0).unwrap()];
    with_units(test, totals, &arms.map(unit))
}

#[test]
fn amounts_that_do_not_vary_within_arms_are_decided_too() {
    for kind in ["count", "sum"] {
        let test = test(&amounts(kind));
        let result = |arms| first_look(&test, &constant(&test, arms), Timestamp::from_millis(1), None);
        let better = result([(12, 5.0, 1.0), (12, 6.0, 1.0)]);
        assert_eq!(better.verdict.decision, Advice::Ship, "{kind} {:?}", better.verdict);
        let stop = better.goals[0].comparisons[0].fixed_horizon.unwrap();
        assert!(stop.p_value < 1e-4 && stop.absolute.low.is_none(), "{stop:?}");
        assert_eq!(result([(12, 6.0, 1.0), (12, 5.0, 1.0)]).verdict.decision, Advice::Stop);
        assert_eq!(result([(80, 5.0, 1.0), (80, 5.0, 1.0)]).verdict.decision, Advice::NoDifference);
        assert_eq!(result([(9, 5.0, 1.0), (9, 6.0, 1.0)]).verdict.decision, Advice::KeepRunning);
        let broken = result([(30, 5.0, 1.0), (30, 6.0, 2.0)]);
        assert_eq!(broken.verdict.decision, Advice::Stop, "{kind} {:?}", broken.verdict);
        let unread = result([(30, 5.0, 0.0), (30, 6.0, 0.0)]);
        assert_eq!(unread.verdict.decision, Advice::KeepRunning, "{kind} {:?}", unread.verdict);
        let warnings = &unread.goals[1].comparisons[0].warnings;
        let why = "The guardrail has no reading: a variant has fewer than 5 accounts with an outcome.";
        assert!(warnings.iter().any(|warning| warning == why), "{warnings:?}");
    }
}

#[test]
fn a_guardrail_that_all_units_break_stops_the_test() {
    let tight = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "q", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.02 }] });
    for out in [28, 29, 30] {
        let result = verdict(&test(&tight), &[(30, 3, 0), (30, 25, out)]);
        assert_eq!(result.sentence, "Stop: new breaks the guardrail q.", "{out} {result:?}");
    }
    assert_eq!(
        decision(&tight, &[(30, 0, 0), (30, 0, 30)]),
        Advice::Stop,
        "the primary goal has no outcomes"
    );
    assert_eq!(decision(&tight, &[(30, 3, 30), (30, 25, 0)]), Advice::Ship);
    assert_eq!(
        decision(&tight, &[(30, 3, 0), (30, 25, 0)]),
        Advice::Ship,
        "no unit of either arm broke the guardrail"
    );
}

#[test]
fn a_guardrail_without_a_reading_prevents_shipping_and_is_named() {
    let ratio = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "calls", "kind": "count", "role": "none" }, { "key": "visits", "kind": "count", "role": "none" },
        { "key": "q", "kind": "ratio", "numerator": "calls", "denominator": "visits", "role": "guardrail",
          "direction": "lower", "margin": 0.02 }] });
    let result = verdict(&test(&ratio), &[(40, 4, 0), (40, 25, 0)]);
    assert_eq!(result.decision, Advice::KeepRunning, "{result:?}");
    assert!(
        result.reasons[0].contains("it cannot be shipped until there is a reading of the guardrail q"),
        "{result:?}"
    );
}
