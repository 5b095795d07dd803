//! Verdicts of adaptive tests: two and more variants, sums, and guardrails.

use serde_json::json;
use stats::moments::Moments;

use super::{first_look, test, totals};
use crate::clock::Timestamp;
use crate::experiment::{Experiment, Status};
use crate::results::counting::batches::BatchArm;
use crate::results::reading::method::Method;
use crate::results::report::Report;
use crate::results::report::stored::StoredReport;
use crate::results::verdict::Advice;

/// Reads a test of one batch whose units converted as often as stated in the first goal, then in the second one.
fn read(test: &Experiment, arms: &[(u64, u64, u64)], immature: u64) -> Report {
    let mut totals = totals(test, arms);
    let arm =
        |converted, units| BatchArm { moments: Moments::of_counts(converted, units), ..BatchArm::default() };
    for (goal, batches) in totals.batches.iter_mut().enumerate() {
        let of =
            |(units, first, second): &(u64, u64, u64)| arm(if goal == 0 { *first } else { *second }, *units);
        batches[0] = arms.iter().map(of).collect();
    }
    totals.immature = immature;
    first_look(test, &totals, Timestamp::from_millis(1), None)
}

#[test]
fn a_running_adaptive_test_is_judged_by_the_e_process_in_the_right_direction() {
    let adaptive = json!({ "allocation": { "mode": "adaptive" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] });
    let test = test(&adaptive);
    let result = |test: &Experiment, arms: [(u64, u64); 2], immature: u64| {
        let report = read(test, &arms.map(|(units, converted)| (units, converted, 0)), immature);
        (report.verdict.decision, report.goals[0].comparisons[0].method)
    };
    assert_eq!(result(&test, [(40, 0), (40, 15)], 0), (Advice::Ship, Method::EProcess));
    assert_eq!(result(&test, [(40, 15), (40, 0)], 0), (Advice::Stop, Method::EProcess));
    assert_eq!(result(&test, [(40, 7), (40, 9)], 0).0, Advice::KeepRunning);
    let mut over = test;
    over.status = Status::Stopped;
    assert_eq!(result(&over, [(40, 5), (40, 15)], 1).1, Method::EProcess, "a unit may still convert");
    assert_eq!(result(&over, [(40, 3), (40, 16)], 0), (Advice::Ship, Method::BatchStratified));
    assert_eq!(result(&over, [(40, 8), (40, 17)], 0).0, Advice::KeepRunning, "two readings share the 5 %");
    let arms = [(40, 8), (40, 17)].map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
    let batch = stats::adaptive::Batch { weights: vec![5_000, 5_000], arms, sizes: Vec::new() };
    let alone = stats::adaptive::bols::bols(&[batch], 0, 1, 0.05).unwrap();
    assert!(alone.p_value < 0.05, "this reading alone would lead to a decision: {alone:?}");
}

#[test]
fn both_readings_have_half_of_the_error_rate_while_the_test_runs_too() {
    let test = test(&json!({ "allocation": { "mode": "adaptive" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] }));
    let arms = [(40, 6), (40, 18)].map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
    let batch = stats::adaptive::Batch { weights: vec![5_000, 5_000], arms, sizes: Vec::new() };
    let alone = stats::adaptive::eprocess::evidence(&[batch], 0, 1).p_value;
    let found = read(&test, &[(40, 6, 0), (40, 18, 0)], 0).goals[0].comparisons[0].p_value.unwrap();
    assert!(alone < 0.2 && (found - 2.0 * alone).abs() < 1e-9, "{alone} {found}");
}

#[test]
fn the_p_values_of_three_treatments_are_corrected_together() {
    let variants = json!([{ "key": "control", "weight": 2_500, "is_control": true }, { "key": "a", "weight": 2_500 },
        { "key": "b", "weight": 2_500 }, { "key": "c", "weight": 2_500 }]);
    let test =
        test(&json!({ "allocation": { "mode": "adaptive", "control_share": 2_500 }, "variants": variants,
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] }));
    let report = read(&test, &[(40, 2, 0), (40, 20, 0), (40, 3, 0), (40, 2, 0)], 0);
    assert_eq!(report.verdict.decision, Advice::Ship);
    let first = &report.goals[0].comparisons[0];
    assert!((first.corrected_p.unwrap() - 3.0 * first.p_value.unwrap()).abs() < 1e-9, "{first:?}");
}

#[test]
fn a_broken_guardrail_stops_a_better_variant_and_an_unclear_one_does_not() {
    let test = test(&json!({ "allocation": { "mode": "adaptive" } }));
    let of = |out: (u64, u64)| read(&test, &[(200, 20, out.0), (200, 80, out.1)], 0);
    assert_eq!(of((10, 11)).verdict.decision, Advice::Ship);
    let broken = of((4, 90));
    assert_ne!(broken.verdict.decision, Advice::Ship);
    let guarded = broken.goals[1].comparisons[0].guardrail.unwrap();
    assert!(guarded.broken_p < 0.01 && guarded.met_p > 0.5, "{guarded:?}");
    assert_eq!(broken.goals[1].comparisons[0].absolute.estimate, None, "only the margin is read");
}

#[test]
fn a_sum_is_decided_without_an_interval_and_says_why() {
    let mut test = test(&json!({ "allocation": { "mode": "adaptive" },
        "goals": [{ "key": "revenue", "kind": "sum", "role": "primary" }] }));
    let of = |test: &Experiment| {
        let mut all = totals(test, &[(40, 0, 0), (40, 0, 0)]);
        let arm = |factor: f64| {
            let mut arm = BatchArm::default();
            for unit in 0..40 {
                arm.moments.add(factor * f64::from(unit % 8));
                arm.sizes.add(factor * f64::from(unit % 8));
            }
            arm
        };
        all.batches[0][0] = vec![arm(1.0), arm(3.0)];
        first_look(test, &all, Timestamp::from_millis(1), None).goals[0].comparisons[0].clone()
    };
    let running = of(&test);
    assert_eq!((running.method, running.absolute.low), (Method::EProcess, None));
    assert_eq!(running.p_value, Some(1.0), "the first batch has no stakes");
    assert!(running.warnings[1].contains("has no interval in"), "{:?}", running.warnings);
    test.status = Status::Stopped;
    let over = of(&test);
    assert_eq!(over.method, Method::BatchStratified);
    assert!(over.absolute.low.is_none() && over.warnings[1].contains("has no interval in"), "{over:?}");
    assert!(over.absolute.estimate.unwrap() > 0.0 && over.p_value.unwrap() < 0.01, "{over:?}");
}

#[test]
fn the_final_reading_is_of_the_planned_units_whatever_comes_later() {
    let mut test = test(&json!({ "allocation": { "mode": "adaptive" },
        "goals": [{ "key": "booked", "kind": "binary", "role": "primary" }] }));
    test.status = Status::Stopped;
    let first = test.weightings[0].clone();
    test.weightings.push(first);
    let of = |batches: [[(u64, u64); 2]; 2]| {
        let mut totals = totals(&test, &[0, 1].map(|arm| (batches[0][arm].0 + batches[1][arm].0, 0, 0)));
        totals.strata = batches.map(|arms| arms.map(|(units, _)| units).to_vec()).to_vec();
        let arm = |(units, yes)| BatchArm { moments: Moments::of_counts(yes, units), ..BatchArm::default() };
        totals.batches[0] = batches.map(|arms| arms.map(arm).to_vec()).to_vec();
        totals.immature = 0;
        first_look(&test, &totals, Timestamp::from_millis(1), None).goals[0].comparisons[0].clone()
    };
    let planned = [(40, 3), (40, 16)];
    let found = of([planned, [(0, 0), (0, 0)]]);
    assert_eq!(found.method, Method::BatchStratified);
    let later = of([planned, [(60, 30), (60, 30)]]);
    assert_eq!(later.method, Method::BatchStratified);
    let by_batches = |own: &crate::results::reading::comparison::Comparison| own.warnings[0].clone();
    assert_eq!(by_batches(&found), by_batches(&later), "only the first batch is in the final reading");
    let early = of([[(39, 3), (40, 16)], [(0, 0), (0, 0)]]);
    assert_eq!(early.method, Method::EProcess, "the author could have chosen this moment");
    assert!(early.warnings[1].contains("needs the planned accounts"), "{:?}", early.warnings);
}

#[test]
fn what_an_e_process_has_shown_stays_in_the_final_reading_and_for_guardrails() {
    let test = test(&json!({ "allocation": { "mode": "adaptive" } }));
    let early = read(&test, &[(40, 2, 1), (40, 20, 30)], 0);
    let stored = StoredReport::V1(Box::new(early.clone()));
    let mut over = test.clone();
    over.status = Status::Stopped;
    let mut totals = totals(&over, &[(40, 0, 0), (40, 0, 0)]);
    let arm = |yes| BatchArm { moments: Moments::of_counts(yes, 40), ..BatchArm::default() };
    for goal in &mut totals.batches {
        goal[0] = vec![arm(12), arm(14)];
    }
    let late = first_look(&over, &totals, Timestamp::from_millis(2), Some(&stored));
    let [before, after] = [&early, &late].map(|report| &report.goals[0].comparisons[0]);
    assert_eq!((before.method, after.method), (Method::EProcess, Method::BatchStratified));
    assert_eq!((before.p_value, before.shown), (after.p_value, after.shown));
    let [before, after] = [&early, &late].map(|report| report.goals[1].comparisons[0].guardrail.unwrap());
    assert!(before.broken_p < 0.05 && after.broken_p <= before.broken_p, "{before:?} {after:?}");
}
