//! Each of the five words, and which of two wins.

use serde_json::{Value, json};
use stats::moments::Moments;

use crate::clock::Timestamp;
use crate::experiment::{Definition, Experiment, Seed, Status};
use crate::results::counting::totals::Totals;
use crate::results::reading::method::Method;
use crate::results::report::Report;
use crate::results::report::kept::Kept;
use crate::results::verdict::{Advice, Verdict};
use crate::validation::typed;

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

fn decision(changes: &Value, arms: &[(u64, u64, u64)]) -> Advice {
    verdict(&test(changes), arms).decision
}

#[test]
fn a_better_arm_is_shipped_and_a_worse_one_stopped_and_else_it_goes_on() {
    let plain = json!({});
    for (arms, wanted) in [
        ([(40, 4, 0), (40, 20, 0)], Advice::Ship),
        ([(40, 20, 0), (40, 4, 0)], Advice::Stop),
        ([(40, 12, 0), (40, 14, 0)], Advice::KeepRunning),
        ([(3, 0, 0), (3, 3, 0)], Advice::KeepRunning),
    ] {
        assert_eq!(decision(&plain, &arms), wanted, "{arms:?}");
    }
    let said = verdict(&test(&plain), &[(40, 4, 0), (40, 20, 0)]);
    assert_eq!(said.sentence, "Ship new: it is better than control.");
    let start = "new: 20 of 40 against 4 of 40: +40.0 points, between +";
    assert!(said.reasons[0].starts_with(start), "{:?}", said.reasons);
    let lower =
        json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "better": "lower" }] });
    assert_eq!(decision(&lower, &[(40, 4, 0), (40, 20, 0)]), Advice::Stop, "less is better");
}

#[test]
fn an_arm_that_breaks_a_guardrail_is_stopped_however_good_it_is() {
    let said = verdict(&test(&json!({})), &[(100, 10, 1), (100, 50, 40)]);
    assert_eq!(
        (said.decision, said.sentence.as_str()),
        (Advice::Stop, "Stop: new breaks the guardrail opt-out.")
    );
    assert_eq!(decision(&json!({}), &[(100, 10, 40), (100, 50, 1)]), Advice::Ship, "it got better");
}

#[test]
fn nothing_is_said_of_units_that_do_not_fit_the_weights() {
    assert_eq!(decision(&json!({}), &[(40, 4, 0), (90, 70, 0)]), Advice::DoNotTrust);
}

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
    early.undue = 9;
    assert_eq!(said(&early), Advice::KeepRunning, "one in 18 is inside its window");
    early.undue = 8;
    assert_eq!(said(&early), Advice::NoDifference);
    let arms = [(800, 240, 0), (800, 241, 0)];
    assert_eq!(decision(&json!({ "planned_units": null }), &arms), Advice::KeepRunning);
    assert_eq!(decision(&json!({ "planned_units": 5 }), &[(6, 1, 0), (6, 1, 0)]), Advice::KeepRunning);
}

#[test]
fn what_a_look_has_shown_keeps_its_direction_and_decides_nothing_once_it_has_turned() {
    let test = test(&json!({}));
    let report = |arms, before: Option<&Kept>| {
        Report::new(&test, &totals(&test, arms), Timestamp::from_millis(1), before)
    };
    let shown = report(&[(20, 1, 0), (20, 19, 0)], None);
    assert_eq!(shown.verdict.decision, Advice::Ship);
    let first = Kept::from(shown.clone());
    let still = report(&[(40, 10, 0), (40, 26, 0)], Some(&first));
    assert_eq!(still.verdict.decision, Advice::Ship, "it was shown and still points there");
    let faded = report(&[(40, 16, 0), (40, 20, 0)], Some(&first));
    assert_eq!(faded.verdict.decision, Advice::KeepRunning, "the interval contains 0");
    assert!(faded.verdict.reasons[0].contains("the interval still contains 0"), "{:?}", faded.verdict);
    let late = report(&[(90, 36, 0), (90, 40, 0)], Some(&first));
    assert_eq!(late.verdict.decision, Advice::KeepRunning, "a look has shown a difference");
    assert!(late.verdict.no_difference_withheld.unwrap().contains("a look has shown a difference"));
    let turned = report(&[(40, 21, 0), (40, 19, 0)], Some(&first));
    assert_eq!(turned.verdict.decision, Advice::KeepRunning);
    assert!(
        turned.verdict.reasons[0].contains("an earlier look showed the opposite"),
        "{:?}",
        turned.verdict
    );
    let mut broken = shown;
    broken.sample_ratio.ok = false;
    let anew = report(&[(40, 16, 0), (40, 20, 0)], Some(&broken.into()));
    assert_eq!(anew.verdict.decision, Advice::KeepRunning, "that look could not be trusted");
}

#[test]
fn weights_that_were_changed_by_hand_withhold_the_verdict() {
    let mut test = test(&json!({}));
    let weights = test.weightings[0].weights.clone();
    test.weightings.push(crate::experiment::Weighting { revision: 9, weights });
    let arms = [(40, 4, 0), (40, 20, 0)];
    assert_eq!(verdict(&test, &arms).decision, Advice::Ship, "nobody came under the new weights");
    let mut both = totals(&test, &arms);
    both.strata = vec![vec![40, 39], vec![0, 1]];
    let said = Report::new(&test, &both, Timestamp::from_millis(1), None).verdict;
    assert_eq!(said.decision, Advice::KeepRunning);
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
    assert_eq!(said(&test, [(40, 0), (40, 15)], 0), (Advice::Ship, Method::Bets));
    assert_eq!(said(&test, [(40, 15), (40, 0)], 0), (Advice::Stop, Method::Bets));
    assert_eq!(said(&test, [(40, 7), (40, 9)], 0).0, Advice::KeepRunning);
    let mut over = test;
    over.status = Status::Stopped;
    assert_eq!(said(&over, [(40, 5), (40, 15)], 1).1, Method::Bets, "somebody may yet convert");
    assert_eq!(said(&over, [(40, 3), (40, 16)], 0), (Advice::Ship, Method::BatchStratified));
    assert_eq!(said(&over, [(40, 8), (40, 17)], 0).0, Advice::KeepRunning, "two readings share the 5 %");
    let arms = [(40, 8), (40, 17)].map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
    let batch = stats::adaptive::Batch { weights: vec![5_000, 5_000], arms };
    let alone = stats::adaptive::bols::bols(&[batch], 0, 1, 0.05).unwrap();
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
        Advice::KeepRunning,
        "b may be good"
    );
    assert_eq!(decision(&three, &[(60, 40, 0), (60, 8, 0), (60, 9, 0)]), Advice::Stop);
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

#[test]
fn arms_wholly_apart_are_decided_however_many_units_there_are() {
    for units in [10, 12, 20, 60, 200, 3_000] {
        let [up, down] = [[(units, 0, 0), (units, units, 0)], [(units, units, 0), (units, 0, 0)]];
        assert_eq!(decision(&json!({}), &up), Advice::Ship, "{units}");
        assert_eq!(decision(&json!({}), &down), Advice::Stop, "{units}");
    }
    assert_eq!(decision(&json!({}), &[(6, 0, 0), (5, 5, 0)]), Advice::Ship);
    assert_eq!(decision(&json!({}), &[(30, 30, 0), (30, 29, 0)]), Advice::KeepRunning);
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

/// A test of one goal of a kind, and a guardrail where less is better.
fn amounts(kind: &str) -> Value {
    json!({ "goals": [
        { "key": "booked", "kind": kind, "role": "primary" },
        { "key": "opt-out", "kind": kind, "role": "guardrail", "better": "lower", "margin": 0.02 }] })
}

/// Totals of arms whose every unit has this amount of the first goal and of the second.
fn constant(test: &Experiment, arms: [(u64, f64, f64); 2]) -> Totals {
    let mut totals = totals(test, &arms.map(|(units, _, _)| (units, 0, 0)));
    for (arm, (units, first, second)) in totals.arms.iter_mut().zip(arms) {
        for (goal, amount) in arm.goals.iter_mut().zip([first, second]) {
            goal.moments = Moments::default();
            for _ in 0..units {
                goal.moments.add(amount);
                goal.numbers.push(amount, 1.0);
                goal.sizes.add(amount);
            }
        }
    }
    totals
}

#[test]
fn amounts_that_do_not_vary_within_arms_are_decided_too() {
    for kind in ["count", "sum"] {
        let test = test(&amounts(kind));
        let said = |arms| Report::new(&test, &constant(&test, arms), Timestamp::from_millis(1), None);
        let better = said([(12, 5.0, 0.0), (12, 6.0, 0.0)]);
        assert_eq!(better.verdict.decision, Advice::Ship, "{kind} {:?}", better.verdict);
        let stop = better.goals[0].comparisons[0].planned_stop.unwrap();
        assert!(stop.p_value < 1e-4 && stop.absolute.low.is_none(), "{stop:?}");
        assert_eq!(said([(12, 6.0, 0.0), (12, 5.0, 0.0)]).verdict.decision, Advice::Stop);
        assert_eq!(said([(80, 5.0, 0.0), (80, 5.0, 0.0)]).verdict.decision, Advice::NoDifference);
        assert_eq!(said([(9, 5.0, 0.0), (9, 6.0, 0.0)]).verdict.decision, Advice::KeepRunning);
        let broken = said([(30, 5.0, 0.0), (30, 6.0, 1.0)]);
        assert_eq!(broken.verdict.decision, Advice::Stop, "{kind} {:?}", broken.verdict);
    }
}

#[test]
fn a_guardrail_that_everybody_breaks_is_broken_and_stops_the_test() {
    let tight = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "q", "kind": "binary", "role": "guardrail", "better": "lower", "margin": 0.02 }] });
    for out in [28, 29, 30] {
        let said = verdict(&test(&tight), &[(30, 3, 0), (30, 25, out)]);
        assert_eq!(said.sentence, "Stop: new breaks the guardrail q.", "{out} {said:?}");
    }
    assert_eq!(decision(&tight, &[(30, 0, 0), (30, 0, 30)]), Advice::Stop, "the primary goal says nothing");
    assert_eq!(decision(&tight, &[(30, 3, 30), (30, 25, 0)]), Advice::Ship);
    assert_eq!(decision(&tight, &[(30, 3, 0), (30, 25, 0)]), Advice::Ship, "nobody did either way");
}

#[test]
fn a_guardrail_without_a_reading_withholds_the_word_and_says_so() {
    let ratio = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "calls", "kind": "count", "role": "none" }, { "key": "visits", "kind": "count", "role": "none" },
        { "key": "q", "kind": "ratio", "numerator": "calls", "denominator": "visits", "role": "guardrail",
          "better": "lower", "margin": 0.02 }] });
    let said = verdict(&test(&ratio), &[(40, 4, 0), (40, 25, 0)]);
    assert_eq!(said.decision, Advice::KeepRunning, "{said:?}");
    assert!(
        said.reasons[0].contains("the guardrail q has no reading yet, so it cannot be shipped"),
        "{said:?}"
    );
}

/// Totals of a ratio of accounts given as (conversions, visitors).
fn ratio(test: &Experiment, arms: [&[(f64, f64)]; 2]) -> Totals {
    let mut totals = totals(test, &arms.map(|arm| (arm.len() as u64, 0, 0)));
    let place = test.definition.goals.iter().position(|goal| goal.parts.is_some()).unwrap();
    for (arm, units) in totals.arms.iter_mut().zip(arms) {
        let goal = &mut arm.goals[place];
        goal.moments = Moments::default();
        for (x, y) in units {
            goal.moments.add(*x);
            goal.paired.add(*x, *y);
            goal.numbers.push(*x, *y);
            goal.sizes.add(*x);
            goal.bases.add(*y);
            goal.converted += 1;
        }
    }
    totals
}

fn ratio_test(role: &str) -> Experiment {
    let mut own = json!({ "key": "rate", "kind": "ratio", "numerator": "calls", "denominator": "visits", "role": role });
    let mut goals = vec![
        json!({ "key": "calls", "kind": "count", "role": "none" }),
        json!({ "key": "visits", "kind": "count", "role": "none" }),
    ];
    if role == "guardrail" {
        (own["margin"], own["better"]) = (json!(0.01), json!("lower"));
        goals.push(json!({ "key": "booked", "kind": "binary", "role": "primary" }));
    }
    goals.push(own);
    test(&json!({ "goals": goals }))
}

/// Forty accounts of about 48 visitors whose rate is about a tenth, and `extra` more for each ten visitors.
fn accounts(extra: f64) -> Vec<(f64, f64)> {
    let one = |n: u32| {
        (f64::from(n * 7 % 11) + (extra * f64::from(4 + n % 2)).floor(), f64::from(40 + 17 * n % 19))
    };
    (0..40).map(one).collect()
}

#[test]
fn a_ratio_that_one_account_carries_decides_nothing_and_warns_of_it() {
    let mut large = accounts(0.0);
    large[7] = (8_000.0, 20_000.0);
    for role in ["primary", "guardrail"] {
        let test = ratio_test(role);
        let totals = ratio(&test, [&accounts(0.0), &large]);
        let pair = crate::results::reading::pair::Pair {
            kind: crate::experiment::goal::Kind::Ratio,
            control: totals.arms[0].goals.last().unwrap(),
            treatment: totals.arms[1].goals.last().unwrap(),
        };
        let (a, b) = pair.samples().unwrap();
        let watch = stats::always_valid::Watch::new(0.05, 80.0).unwrap();
        assert!(watch.look(&a, &b).unwrap().p_value < 0.01, "the formula alone would decide");
        let report = Report::new(&test, &totals, Timestamp::from_millis(1), None);
        assert_eq!(report.verdict.decision, Advice::KeepRunning, "{role} {:?}", report.verdict);
        let warned = serde_json::to_value(&report.warnings).unwrap();
        assert_eq!(
            (&warned[0]["code"], &warned[0]["goal"], &warned[0]["variant"]),
            (&json!("dominant_unit"), &json!("rate"), &json!("new")),
            "{warned}"
        );
        assert!((warned[0]["share"].as_f64().unwrap() - 0.914).abs() < 0.02, "{warned}");
        let read = report.goals.last().unwrap().comparisons[0].clone();
        assert!(read.warnings.iter().any(|said| said.contains("of the denominator of new")), "{read:?}");
        let (low, high) = (read.absolute.low.unwrap(), read.absolute.high.unwrap());
        assert!(low < 0.0 && high > 0.0, "the interval agrees with the p-value: {read:?}");
    }
}

#[test]
fn a_ratio_whose_accounts_are_alike_is_decided_as_before() {
    let test = ratio_test("primary");
    let said = |extra| {
        let totals = ratio(&test, [&accounts(0.0), &accounts(extra)]);
        Report::new(&test, &totals, Timestamp::from_millis(1), None)
    };
    assert_eq!(said(2.0).verdict.decision, Advice::Ship, "{:?}", said(2.0).verdict);
    assert!(said(2.0).warnings.is_empty());
    assert_eq!(said(0.0).verdict.decision, Advice::KeepRunning);
    let test = ratio_test("guardrail");
    let totals = ratio(&test, [&accounts(0.0), &accounts(2.0)]);
    let said = Report::new(&test, &totals, Timestamp::from_millis(1), None).verdict;
    assert_eq!(said.sentence, "Stop: new breaks the guardrail rate.", "{said:?}");
}

#[test]
fn a_ratio_of_many_even_accounts_is_as_sure_as_its_formula_says() {
    let many = |extra| -> Vec<(f64, f64)> { std::iter::repeat_n(accounts(extra), 50).flatten().collect() };
    let test = ratio_test("primary");
    let report = Report::new(&test, &ratio(&test, [&many(0.0), &many(3.0)]), Timestamp::from_millis(1), None);
    let read = &report.goals.last().unwrap().comparisons[0];
    // Drawn permutations alone leave p at 0.005 and an interval from 4 to 57 points.
    assert!(read.p_value.unwrap() < 1e-9, "{read:?}");
    assert!(read.absolute.high.unwrap() - read.absolute.low.unwrap() < 0.05, "{read:?}");
    let test = ratio_test("guardrail");
    let totals = ratio(&test, [&many(0.0), &many(3.0)]);
    let report = Report::new(&test, &totals, Timestamp::from_millis(1), None);
    assert!(report.goals.last().unwrap().comparisons[0].guardrail.unwrap().broken < 1e-9);
}

#[test]
fn an_external_test_whose_shares_changed_is_not_read() {
    let external = json!({ "allocation": { "mode": "external" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] });
    let mut test = test(&external);
    // 50:50 at 5 %, then 10:90 at 60 %, the same rate in both arms.
    let mut totals = totals(&test, &[(70, 15, 0), (230, 111, 0)]);
    for unit in 0..300 {
        let arm = usize::from(if unit < 100 { unit % 2 == 1 } else { unit % 10 > 0 });
        totals.arrivals.count(Timestamp::from_millis(unit * 60_000), arm, 2);
    }
    // Whatever weights were declared, the sample ratio is not what withholds.
    totals.strata[0] = vec![150, 150];
    let read =
        |test: &Experiment, totals: &Totals| Report::new(test, totals, Timestamp::from_millis(1), None);
    let withheld = |report: &Report| {
        let own = &report.goals[0].comparisons[0];
        assert_eq!(report.verdict.decision, Advice::KeepRunning);
        assert_eq!(
            (own.method, own.p_value, own.planned_stop, own.bayesian),
            (Method::None, None, None, None)
        );
        assert!(report.goals[0].arms.iter().all(|arm| arm.best.is_none()));
        assert_eq!(serde_json::to_value(&report.warnings).unwrap()[0]["code"], "weights_changed");
        own.warnings[0].clone()
    };
    assert!(withheld(&read(&test, &totals)).starts_with("The shares of the variants have changed"));
    totals.arrivals = crate::results::counting::arrivals::Arrivals::default();
    assert_eq!(read(&test, &totals).verdict.decision, Advice::Ship, "nothing tells when all came at once");
    let weights = test.weightings[0].weights.clone();
    test.weightings.push(crate::experiment::Weighting { revision: 9, weights });
    totals.strata.push(vec![1, 1]);
    assert!(withheld(&read(&test, &totals)).starts_with("The weights have changed in this phase"));
}

#[test]
fn a_p_value_of_one_points_nowhere_and_intervals_stay_within_what_shares_can_be() {
    let test = test(&json!({}));
    let report =
        |arms: &[(u64, u64, u64)]| Report::new(&test, &totals(&test, arms), Timestamp::from_millis(1), None);
    let near = report(&[(40, 12, 0), (40, 13, 0)]).goals[0].comparisons[0].clone();
    assert_eq!((near.p_value, near.shown), (Some(1.0), None));
    for arms in [
        [(10, 1, 0), (10, 9, 0)],
        [(10, 9, 0), (12, 1, 0)],
        [(10, 0, 0), (10, 10, 0)],
        [(3, 3, 0), (2, 0, 0)],
    ] {
        let read = report(&arms);
        let own = &read.goals[0].comparisons[0];
        for interval in [Some(own.absolute), own.planned_stop.map(|stop| stop.absolute)].into_iter().flatten()
        {
            assert!(interval.low.is_none_or(|low| low >= -1.0), "{arms:?} {interval:?}");
            assert!(interval.high.is_none_or(|high| high <= 1.0), "{arms:?} {interval:?}");
        }
        for interval in [Some(own.relative), own.planned_stop.map(|stop| stop.relative)].into_iter().flatten()
        {
            assert!(interval.low.is_none_or(|low| low >= -1.0), "{arms:?} {interval:?}");
        }
    }
}

#[test]
fn an_arm_without_units_is_no_candidate_for_the_best() {
    let three = json!({ "variants": [
        { "key": "control", "weight": 3_400, "is_control": true }, { "key": "a", "weight": 3_300 },
        { "key": "b", "weight": 3_300 }] });
    let test = test(&three);
    let best = |arms: &[(u64, u64, u64)]| {
        let report = Report::new(&test, &totals(&test, arms), Timestamp::from_millis(1), None);
        report.goals[0].arms.iter().map(|arm| arm.best).collect::<Vec<_>>()
    };
    let found = best(&[(4, 1, 0), (4, 2, 0), (0, 0, 0)]);
    assert_eq!(found[2], None);
    assert!((found[0].unwrap() + found[1].unwrap() - 1.0).abs() < 1e-9, "{found:?}");
    assert_eq!(best(&[(4, 1, 0), (0, 0, 0), (0, 0, 0)]), [None, None, None]);
}

#[test]
fn a_difference_is_told_in_counts_and_points_and_a_mean_per_account_in_its_unit_and_percent() {
    let said = verdict(&test(&json!({})), &[(107, 10, 0), (100, 41, 0)]);
    assert!(
        said.reasons[0].starts_with("new: 41 of 100 against 10 of 107: +31.7 points, between +"),
        "{said:?}"
    );
    assert!(said.reasons[0].ends_with('.') && said.reasons[0].contains(", p "), "{said:?}");
    let said = verdict(&test(&json!({})), &[(40, 20, 0), (40, 4, 0)]);
    assert!(
        said.reasons[0].starts_with("new: 4 of 40 against 20 of 40: -40.0 points, between -"),
        "{said:?}"
    );
    let early = verdict(&test(&json!({})), &[(3, 1, 0), (3, 2, 0)]);
    assert!(early.reasons[0].starts_with("new: 2 of 3 against 1 of 3: +33.3 points"), "{early:?}");
    let nobody = verdict(&test(&json!({})), &[(0, 0, 0), (0, 0, 0)]);
    assert!(nobody.reasons[0].starts_with("new: nothing to compare yet"), "{nobody:?}");
    let sum = json!({ "goals": [{ "key": "pipeline", "kind": "sum", "role": "primary" }] });
    let test = test(&sum);
    let mut totals = totals(&test, &[(40, 0, 0), (40, 0, 0)]);
    for (arm, base) in totals.arms.iter_mut().zip([10_000.0, 12_500.0]) {
        arm.goals[0].moments = Moments::default();
        for n in 0..40 {
            arm.goals[0].moments.add(base + f64::from(n % 5) * 10.0);
        }
    }
    let said = Report::new(&test, &totals, Timestamp::from_millis(1), None).verdict;
    let start = "new: 12,520 per account against 10,020 per account: +2,500 (+25.0 %), between +2,";
    assert!(said.reasons[0].starts_with(start), "{said:?}");
}

#[test]
fn a_secondary_goal_that_moved_is_named_and_one_that_did_not_is_not() {
    let goals = json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
        { "key": "replied", "kind": "binary", "role": "secondary" }] });
    let named = |arms: &[(u64, u64, u64)]| {
        let said = verdict(&test(&goals), arms);
        said.reasons.into_iter().find(|reason| reason.contains("replied"))
    };
    let moved = named(&[(60, 20, 5), (60, 22, 50)]).unwrap();
    let start =
        "The secondary goal replied is better in new: 50 of 60 against 5 of 60: +75.0 points, between +";
    assert!(moved.starts_with(start), "{moved}");
    assert!(named(&[(60, 20, 50), (60, 22, 5)]).unwrap().contains("replied is worse in new"));
    assert_eq!(named(&[(60, 20, 20), (60, 22, 22)]), None);
}

#[test]
fn a_test_that_goes_on_says_why_it_is_not_said_that_there_is_no_difference() {
    let why = |changes: &Value, arms: &[(u64, u64, u64)], undue: u64| {
        let test = test(changes);
        let mut totals = totals(&test, arms);
        totals.undue = undue;
        let verdict = Report::new(&test, &totals, Timestamp::from_millis(1), None).verdict;
        assert_eq!(verdict.no_difference_withheld.is_some(), verdict.decision == Advice::KeepRunning);
        verdict.no_difference_withheld.unwrap_or_default()
    };
    let (some, none) = ([(80, 24, 0), (81, 25, 0)], [(0, 0, 0), (0, 0, 0)]);
    let plain = json!({});
    assert_eq!(why(&plain, &some, 0), "", "it is said");
    assert_eq!(why(&plain, &[(40, 4, 0), (40, 20, 0)], 0), "", "something else is said");
    assert!(why(&plain, &none, 0).starts_with("Nothing can be compared"));
    assert!(why(&plain, &some, 30).starts_with("30 of 161 units are still inside"));
    assert!(why(&json!({ "planned_units": 100 }), &some, 0).contains("it takes 200, twice"));
    assert!(why(&json!({ "planned_units": null }), &some, 0).contains("neither planned_units nor"));
    let worth = json!({ "expected": { "baseline": 0.3, "effect": 0.05 } });
    assert!(why(&worth, &some, 0).starts_with("The difference of new may still be as large as 0.05"));
}

#[test]
fn a_test_that_goes_on_says_when_its_planned_units_are_in_and_when_the_planned_look_may_be_taken() {
    let test = test(&json!({ "planned_units": 100 }));
    let said = |undue: u64, arms: &[(u64, u64, u64)]| {
        let mut totals = totals(&test, arms);
        (totals.undue, totals.recent) = (undue, 20);
        totals.first_assigned_at = Some(Timestamp::from_millis(0));
        let report = Report::new(&test, &totals, Timestamp::from_millis(10 * 86_400_000), None);
        report.verdict.reasons.join(" ")
    };
    let early = said(60, &[(30, 9, 0), (30, 10, 0)]);
    assert!(early.contains("60 of 100 planned units") && early.contains("within 20 days"), "{early}");
    let waiting = said(30, &[(55, 16, 0), (55, 17, 0)]);
    assert!(!waiting.contains("planned look") && !waiting.contains("within"), "{waiting}");
    let reached = said(10, &[(55, 16, 0), (55, 17, 0)]);
    assert!(reached.contains("The planned look is reached"), "{reached}");
}
