//! Tests of the texts of a verdict: sentences, intervals, and what is still missing.

use super::*;
use crate::results::reading::method::Method;

#[test]
fn an_external_test_whose_shares_changed_is_not_read() {
    let external = json!({ "allocation": { "mode": "external" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] });
    let test = test(&external);
    // 50:50 at 5 %, then 10:90 at 60 %, with the same rate in both arms.
    let mut totals = totals(&test, &[(70, 15, 0), (230, 111, 0)]);
    for unit in 0..300 {
        let arm = usize::from(if unit < 100 { unit % 2 == 1 } else { unit % 10 > 0 });
        totals.arrivals[0].count(Timestamp::from_millis(unit * 60_000), arm, 2);
    }
    // With these counts, the sample ratio matches, so it does not withhold the verdict.
    totals.strata[0] = vec![150, 150];
    let read = |test: &Experiment, totals: &Totals| first_look(test, totals, Timestamp::from_millis(1), None);
    let withheld = |report: &Report| {
        let own = &report.goals[0].comparisons[0];
        assert_eq!(report.verdict.decision, Advice::KeepRunning);
        assert_eq!(
            (own.method, own.p_value, own.fixed_horizon, own.bayesian),
            (Method::None, None, None, None)
        );
        assert!(report.goals[0].arms.iter().all(|arm| arm.best.is_none()));
        assert_eq!(serde_json::to_value(&report.warnings).unwrap()[0]["code"], "weights_changed");
        own.warnings[0].clone()
    };
    assert!(withheld(&read(&test, &totals)).starts_with("The shares of the variants have changed"));
    totals.arrivals[0] = crate::results::counting::arrivals::Arrivals::default();
    assert_eq!(
        read(&test, &totals).verdict.decision,
        Advice::Ship,
        "without assignment times, no change is detected"
    );
}

#[test]
fn an_undecided_comparison_has_no_direction_and_intervals_stay_in_the_possible_range() {
    let test = test(&json!({}));
    let report =
        |arms: &[(u64, u64, u64)]| first_look(&test, &totals(&test, arms), Timestamp::from_millis(1), None);
    let near = report(&[(40, 12, 0), (40, 13, 0)]).goals[0].comparisons[0].clone();
    assert_eq!((near.p_value, near.corrected_p, near.shown), (None, None, None));
    assert!(near.interim_looks.unwrap().p_value.unwrap() > 0.5);
    for arms in [
        [(10, 1, 0), (10, 9, 0)],
        [(10, 9, 0), (12, 1, 0)],
        [(10, 0, 0), (10, 10, 0)],
        [(3, 3, 0), (2, 0, 0)],
    ] {
        let read = report(&arms);
        let own = &read.goals[0].comparisons[0];
        for interval in
            [Some(own.absolute), own.fixed_horizon.map(|stop| stop.absolute)].into_iter().flatten()
        {
            assert!(interval.low.is_none_or(|low| low >= -1.0), "{arms:?} {interval:?}");
            assert!(interval.high.is_none_or(|high| high <= 1.0), "{arms:?} {interval:?}");
        }
        for interval in
            [Some(own.relative), own.fixed_horizon.map(|stop| stop.relative)].into_iter().flatten()
        {
            assert!(interval.low.is_none_or(|low| low >= -1.0), "{arms:?} {interval:?}");
        }
    }
}

#[test]
fn an_arm_without_units_has_no_probability_of_being_best() {
    let three = json!({ "variants": [
        { "key": "control", "weight": 3_400, "is_control": true }, { "key": "a", "weight": 3_300 },
        { "key": "b", "weight": 3_300 }] });
    let test = test(&three);
    let best = |arms: &[(u64, u64, u64)]| {
        let report = first_look(&test, &totals(&test, arms), Timestamp::from_millis(1), None);
        report.goals[0].arms.iter().map(|arm| arm.best).collect::<Vec<_>>()
    };
    let found = best(&[(4, 1, 0), (4, 2, 0), (0, 0, 0)]);
    assert_eq!(found[2], None);
    assert!((found[0].unwrap() + found[1].unwrap() - 1.0).abs() < 1e-9, "{found:?}");
    assert_eq!(best(&[(4, 1, 0), (0, 0, 0), (0, 0, 0)]), [None, None, None]);
}

#[test]
fn shares_are_described_in_counts_and_points_and_means_in_their_unit_and_percent() {
    let result = verdict(&test(&json!({})), &[(107, 10, 0), (100, 41, 0)]);
    assert!(
        result.reasons[0]
            .starts_with("new: 41 of 100; control: 10 of 107; difference: +31.7 points; 95 % interval: +"),
        "{result:?}"
    );
    assert!(result.reasons[0].ends_with('.') && result.reasons[0].contains("; p "), "{result:?}");
    let result = verdict(&test(&json!({})), &[(40, 20, 0), (40, 4, 0)]);
    assert!(
        result.reasons[0]
            .starts_with("new: 4 of 40; control: 20 of 40; difference: -40.0 points; 95 % interval: -"),
        "{result:?}"
    );
    let early = verdict(&test(&json!({})), &[(3, 1, 0), (3, 2, 0)]);
    assert!(
        early.reasons[0].starts_with("new: 2 of 3; control: 1 of 3; difference: +33.3 points"),
        "{early:?}"
    );
    let empty = verdict(&test(&json!({})), &[(0, 0, 0), (0, 0, 0)]);
    assert!(empty.reasons[0].starts_with("new: nothing to compare yet"), "{empty:?}");
    let sum = json!({ "goals": [{ "key": "pipeline", "kind": "sum", "role": "primary" }] });
    let test = test(&sum);
    let bases = [10_000.0, 12_500.0];
    let amount = |arm: usize, n: u32| bases[arm] + f64::from(n % 5) * 10.0;
    let mut totals = totals(&test, &[(40, 0, 0), (40, 0, 0)]);
    for (arm, own) in totals.arms.iter_mut().enumerate() {
        own.goals[0].moments = Moments::default();
        (0..40).for_each(|n| own.goals[0].moments.add(amount(arm, n)));
    }
    let units = [0, 1].map(|arm| (0..40).map(|n| vec![(amount(arm, n), 1.0)]).collect::<Vec<_>>());
    let totals = with_units(&test, totals, &units);
    let result = first_look(&test, &totals, Timestamp::from_millis(1), None).verdict;
    let start = "new: 12,520 per account; control: 10,020 per account; difference: +2,500 (+25.0 %); \
                 95 % interval: +24.";
    assert!(result.reasons[0].starts_with(start), "{result:?}");
}

#[test]
fn only_secondary_goals_with_a_shown_difference_are_named() {
    let goals = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "replied", "kind": "binary", "role": "secondary" }] });
    let named = |arms: &[(u64, u64, u64)]| {
        let result = verdict(&test(&goals), arms);
        result.reasons.into_iter().find(|reason| reason.contains("replied"))
    };
    let moved = named(&[(60, 20, 5), (60, 22, 50)]).unwrap();
    let start = "The secondary goal replied is better with new: 50 of 60; control: 5 of 60; difference: +75";
    assert!(moved.starts_with(start), "{moved}");
    assert!(named(&[(60, 20, 50), (60, 22, 5)]).unwrap().contains("replied is worse with new"));
    assert_eq!(named(&[(60, 20, 20), (60, 22, 22)]), None);
}

#[test]
fn a_running_test_reports_why_no_difference_is_withheld() {
    let why = |changes: &Value, arms: &[(u64, u64, u64)], immature: u64| {
        let test = test(changes);
        let mut totals = totals(&test, arms);
        totals.immature = immature;
        let verdict = first_look(&test, &totals, Timestamp::from_millis(1), None).verdict;
        assert_eq!(verdict.no_difference_withheld.is_some(), verdict.decision == Advice::KeepRunning);
        verdict.no_difference_withheld.unwrap_or_default()
    };
    let (some, none) = ([(80, 24, 0), (81, 25, 0)], [(0, 0, 0), (0, 0, 0)]);
    let plain = json!({});
    assert_eq!(why(&plain, &some, 0), "", "the verdict is no difference");
    assert_eq!(why(&plain, &[(40, 4, 0), (40, 20, 0)], 0), "", "another verdict is given");
    assert!(why(&plain, &none, 0).starts_with("Nothing can be compared"));
    assert!(why(&plain, &some, 30).starts_with("30 of 161 accounts are still inside"));
    assert!(why(&json!({ "planned_units": 100 }), &some, 0).contains("which is 200"));
    assert!(why(&json!({ "planned_units": null }), &some, 0).contains("neither planned_units nor"));
    let worth = json!({ "expected": { "baseline": 0.3, "effect": 0.05 } });
    assert!(
        why(&worth, &some, 0)
            .starts_with("The difference between new and control can still be as large as 0.05")
    );
}

#[test]
fn a_running_test_reports_when_it_reaches_its_planned_units_and_fixed_horizon() {
    let test = test(&json!({ "planned_units": 100 }));
    let result = |immature: u64, arms: &[(u64, u64, u64)]| {
        let mut totals = totals(&test, arms);
        (totals.immature, totals.recent) = (immature, 20);
        totals.first_assigned_at = Some(Timestamp::from_millis(0));
        let report = first_look(&test, &totals, Timestamp::from_millis(10 * 86_400_000), None);
        report.verdict.reasons.join(" ")
    };
    let early = result(60, &[(30, 9, 0), (30, 10, 0)]);
    // 60 accounts that are 5 days old on average, 2 more a day, and a window of 90 days: 100 are past it on
    // day 78, with accounts within it counted in part.
    let planned = "At the current rate, the planned interim look is on 19 March 1970.";
    assert!(early.contains("60 of 100 planned accounts") && early.contains(planned), "{early}");
    let waiting = result(30, &[(55, 16, 0), (55, 17, 0)]);
    assert!(!waiting.contains("fixed horizon") && waiting.contains("is on"), "{waiting}");
    let few = result(4, &[(2, 1, 0), (2, 1, 0)]);
    assert!(few.contains("within 48 days"), "without a plan of the primary goal: {few}");
    let reached = result(10, &[(55, 16, 0), (55, 17, 0)]);
    assert!(reached.contains("The fixed horizon is reached"), "{reached}");
}
