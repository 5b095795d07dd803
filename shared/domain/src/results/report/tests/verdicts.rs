//! Tests of each verdict, and of which verdict has priority.

mod adaptive;
mod amounts;
mod no_difference;
mod ratios;
mod sentences;

use serde_json::{Value, json};
use stats::moments::Moments;

use super::scenes::{first_look, with_units};
use crate::clock::Timestamp;
use crate::experiment::{Definition, Experiment, Seed, Status};
use crate::results::counting::totals::Totals;
use crate::results::looks::{Looks, Watched};
use crate::results::report::Report;
use crate::results::verdict::{Advice, Verdict};
use crate::validation::typed;

fn test(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "t", "name": "T", "planned_units": 80,
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" },
                  { "key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.01 }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let mut test = Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0));
    test.status = Status::Running;
    test
}

/// Returns the verdict for arms with these units, and these units that converted to the first and second
/// goal.
fn verdict(test: &Experiment, arms: &[(u64, u64, u64)]) -> Verdict {
    first_look(test, &totals(test, arms), Timestamp::from_millis(1), None).verdict
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
    let unit = |own: u64, (_, booked, out): (u64, u64, u64)| {
        let yes = |converted: u64| (f64::from(u8::from(own < converted)), 1.0);
        test.definition
            .goals
            .iter()
            .zip([booked, out].into_iter().chain(std::iter::repeat(0)))
            .map(|(_, converted)| yes(converted))
            .collect::<Vec<_>>()
    };
    let units: Vec<Vec<_>> = arms.iter().map(|arm| (0..arm.0).map(|own| unit(own, *arm)).collect()).collect();
    with_units(test, totals, &units)
}

fn decision(changes: &Value, arms: &[(u64, u64, u64)]) -> Advice {
    verdict(&test(changes), arms).decision
}

#[test]
fn a_better_arm_is_shipped_a_worse_arm_is_stopped_and_other_tests_keep_running() {
    let plain = json!({});
    for (arms, wanted) in [
        ([(40, 4, 0), (40, 20, 0)], Advice::Ship),
        ([(40, 20, 0), (40, 4, 0)], Advice::Stop),
        ([(40, 12, 0), (40, 14, 0)], Advice::KeepRunning),
        ([(3, 0, 0), (3, 3, 0)], Advice::KeepRunning),
    ] {
        assert_eq!(decision(&plain, &arms), wanted, "{arms:?}");
    }
    let result = verdict(&test(&plain), &[(40, 4, 0), (40, 20, 0)]);
    assert_eq!(result.sentence, "Ship new: it is better than control.");
    let start = "new: 20 of 40; control: 4 of 40; difference: +40.0 points; 95 % interval: +";
    assert!(result.reasons[0].starts_with(start), "{:?}", result.reasons);
    let lower =
        json!({ "goals": [{ "key": "booked", "kind": "binary", "role": "primary", "direction": "lower" }] });
    assert_eq!(decision(&lower, &[(40, 4, 0), (40, 20, 0)]), Advice::Stop, "less is better");
}

#[test]
fn an_arm_that_breaks_a_guardrail_is_stopped_even_if_it_is_better() {
    let result = verdict(&test(&json!({})), &[(100, 10, 1), (100, 50, 40)]);
    assert_eq!(
        (result.decision, result.sentence.as_str()),
        (Advice::Stop, "Stop: new breaks the guardrail opt-out.")
    );
    assert_eq!(decision(&json!({}), &[(100, 10, 40), (100, 50, 1)]), Advice::Ship, "the guardrail improved");
}

#[test]
fn units_that_do_not_match_the_weights_get_no_other_verdict() {
    assert_eq!(decision(&json!({}), &[(40, 4, 0), (90, 70, 0)]), Advice::DoNotTrust);
}

#[test]
fn a_decision_stays_and_gives_no_verdict_once_its_direction_is_reversed() {
    let test = test(&json!({}));
    let look = |arms: &[(u64, u64, u64)], looks: &Looks| {
        let totals = totals(&test, arms);
        let watched = Watched::new(&test, &totals, looks.clone()).look(&test, &totals);
        (Report::new(&test, &totals, Timestamp::from_millis(1), None, &watched), watched.looks)
    };
    let (shown, looks) = look(&[(20, 1, 0), (20, 19, 0)], &Looks::default());
    assert_eq!(shown.verdict.decision, Advice::Ship);
    let decided = shown.goals[0].comparisons[0].interim_looks.unwrap().decision.unwrap();
    let (faded, _) = look(&[(40, 16, 0), (40, 20, 0)], &looks);
    let kept = &faded.goals[0].comparisons[0];
    assert_eq!(faded.verdict.decision, Advice::Ship, "a decision stays");
    assert_eq!(
        (kept.p_value, kept.interim_looks.unwrap().decision),
        (shown.goals[0].comparisons[0].p_value, Some(decided))
    );
    assert_eq!(
        kept.absolute.low.map(f64::to_bits),
        Some(0.0_f64.to_bits()),
        "the interval is cut at no effect"
    );
    let (turned, _) = look(&[(40, 21, 0), (40, 19, 0)], &looks);
    assert_eq!(turned.verdict.decision, Advice::KeepRunning);
    let why = "whose direction the current estimate no longer has";
    assert!(turned.verdict.reasons[0].contains(why), "{:?}", turned.verdict);
}

#[test]
fn a_report_between_looks_shows_the_decisions_so_far_and_takes_no_look() {
    let test = test(&json!({}));
    let arms = totals(&test, &[(40, 4, 0), (40, 20, 0)]);
    let read = |looks: Looks| {
        let watched = Watched::new(&test, &arms, looks);
        Report::new(&test, &arms, Timestamp::from_millis(1), None, &watched)
    };
    let none = read(Looks::default());
    assert_eq!(
        (none.verdict.decision, none.goals[0].comparisons[0].interim_looks),
        (Advice::KeepRunning, None)
    );
    let looked = Watched::new(&test, &arms, Looks::default()).look(&test, &arms).looks;
    let report = read(looked.clone());
    assert_eq!(report.verdict.decision, Advice::Ship);
    assert_eq!(report.goals[0].comparisons[0].interim_looks.unwrap().looks, 1);
    assert_eq!(report, read(looked), "the same rows and looks give the same report");
}

#[test]
fn the_best_of_several_arms_is_shipped_with_p_values_corrected_for_all() {
    let three = json!({ "variants": [
        { "key": "control", "weight": 3_400, "is_control": true }, { "key": "a", "weight": 3_300 },
        { "key": "b", "weight": 3_300 }] });
    let result = verdict(&test(&three), &[(40, 4, 0), (40, 22, 0), (40, 30, 0)]);
    assert_eq!(result.sentence, "Ship b: it is better than control.");
    assert_eq!(
        decision(&three, &[(40, 20, 0), (40, 2, 0), (40, 19, 0)]),
        Advice::KeepRunning,
        "b may still be better"
    );
    assert_eq!(decision(&three, &[(60, 40, 0), (60, 8, 0), (60, 9, 0)]), Advice::Stop);
}

#[test]
fn completely_different_arms_are_decided_at_every_number_of_units() {
    for units in [10, 12, 20, 60, 200, 3_000] {
        let [up, down] = [[(units, 0, 0), (units, units, 0)], [(units, units, 0), (units, 0, 0)]];
        assert_eq!(decision(&json!({}), &up), Advice::Ship, "{units}");
        assert_eq!(decision(&json!({}), &down), Advice::Stop, "{units}");
    }
    assert_eq!(decision(&json!({}), &[(9, 0, 0), (10, 10, 0)]), Advice::KeepRunning, "ten in each arm");
    assert_eq!(decision(&json!({}), &[(30, 30, 0), (30, 29, 0)]), Advice::KeepRunning);
}
