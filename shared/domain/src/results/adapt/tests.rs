//! Tests of when an adaptive test changes its weights, and how.

use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{Definition, Seed};
use crate::validation::typed;
use stats::moments::Moments;

fn running(allocation: &Value) -> Experiment {
    of(allocation, &["a", "b"], "binary")
}

/// A running test of these arms with equal weights. The first is control.
fn of(allocation: &Value, arms: &[&str], kind: &str) -> Experiment {
    let weight = 10_000 / arms.len();
    let variant = |(index, key)| json!({ "key": key, "weight": weight, "is_control": index == 0 });
    let body = json!({ "test_id": "t", "name": "T", "allocation": allocation,
        "variants": arms.iter().enumerate().map(variant).collect::<Vec<_>>(),
        "goals": [{ "key": "g", "kind": kind, "role": "primary", "window_days": 1 }] });
    let now = Timestamp::from_millis(1_795_255_200_000);
    let definition = typed(body).and_then(Definition::parse).unwrap();
    let draft = Experiment::draft(definition, Seed::from_random([0; 8]), now);
    let patch = typed(json!({ "revision": 1, "status": "running" })).unwrap();
    draft.revise(patch, Seed::from_random([0; 8]), now).unwrap()
}

/// Totals of one batch: units and converted units past their window, and all units.
fn totals(test: &Experiment, past: [(u64, u64); 2], all: [u64; 2]) -> Totals {
    let mut totals = Totals::empty(test);
    totals.strata[0] = all.to_vec();
    put(&mut totals, &past.map(|(units, converted)| Moments::of_counts(converted, units)));
    totals
}

/// Sets the units of the first batch that are past their window.
fn put(totals: &mut Totals, arms: &[Moments]) {
    if let Some(batch) = totals.batches[0].first_mut() {
        let arm = |moments: &Moments| BatchArm { moments: *moments, ..BatchArm::default() };
        *batch = arms.iter().map(arm).collect();
    }
}

fn weights_after(test: &Experiment, past: [(u64, u64); 2], all: [u64; 2]) -> Option<[u32; 2]> {
    let next = next_weights(test, &totals(test, past, all))?;
    Some([next[0].get(), next[1].get()])
}

#[test]
fn the_better_arm_gets_more_and_the_other_keeps_its_floor() {
    let test = running(&json!({ "mode": "adaptive" }));
    let [a, b] = weights_after(&test, [(20, 3), (20, 7)], [20, 20]).unwrap();
    assert!(a + b == 10_000 && b > 8_000 && a >= 1_000, "{a} {b}");
    assert_eq!(weights_after(&test, [(200, 10), (200, 90)], [200, 200]), Some([1_000, 9_000]));
    let high = running(&json!({ "mode": "adaptive", "floor": 2_000 }));
    assert_eq!(weights_after(&high, [(200, 10), (200, 90)], [200, 200]), Some([2_000, 8_000]));
}

#[test]
fn units_inside_the_window_do_not_affect_the_weights() {
    let test = running(&json!({ "mode": "adaptive" }));
    let same = Some([5_000, 5_000]);
    assert_eq!(weights_after(&test, [(0, 0), (0, 0)], [60, 60]), same, "no unit is past its window yet");
    assert_eq!(
        weights_after(&test, [(40, 3), (4, 4)], [60, 6]),
        same,
        "one arm has too few units past their window"
    );
    let mut cautious = test;
    for (variant, weight) in cautious.definition.variants.iter_mut().zip([8_000, 2_000]) {
        variant.weight = BasisPoints::parse(weight).unwrap();
    }
    let kept = weights_after(&cautious, [(0, 0), (0, 0)], [60, 15]);
    assert_eq!(kept, Some([8_000, 2_000]), "the author's weights stay");
}

#[test]
fn a_batch_ends_after_the_same_number_of_units_whatever_their_outcomes_are() {
    let test = running(&json!({ "mode": "adaptive" }));
    for converted in [0, 5, 20] {
        assert!(weights_after(&test, [(20, converted), (20, 5)], [20, 20]).is_some());
    }
    let mut many = totals(&test, [(300, 60), (300, 61)], [15, 14]);
    many.strata.insert(0, vec![300, 300]);
    assert_eq!(next_weights(&test, &many), None, "5 % of 629 units are 32");
    many.strata[1] = vec![16, 16];
    assert!(next_weights(&test, &many).is_some(), "5 % of 632 units are 32");
    let three = of(&json!({ "mode": "adaptive" }), &["a", "b", "c", "d"], "binary");
    let mut all = Totals::empty(&three);
    all.strata[0] = vec![10, 10, 10, 9];
    assert_eq!(next_weights(&three, &all), None, "four variants need 40 units");
}

#[test]
fn control_keeps_the_weight_that_the_author_chose() {
    let allocation = json!({ "mode": "adaptive", "control_share": 2_500 });
    let test = of(&allocation, &["a", "b", "c", "d"], "binary");
    let mut all = Totals::empty(&test);
    all.strata[0] = vec![50; 4];
    put(&mut all, &[40, 2, 4, 6].map(|converted| Moments::of_counts(converted, 50)));
    let next: Vec<u32> = next_weights(&test, &all).unwrap().into_iter().map(BasisPoints::get).collect();
    assert_eq!((next[0], next.iter().sum::<u32>()), (2_500, 10_000));
    assert!(next[3] > next[2] && next[2] > next[1] && next[1] >= 1_000, "{next:?}");
}

#[test]
fn amounts_give_weights_by_their_mean_once_they_vary() {
    let test = of(&json!({ "mode": "adaptive" }), &["a", "b"], "sum");
    let moments = |numbers: &[f64]| {
        let mut moments = Moments::default();
        for number in numbers {
            moments.add(*number);
        }
        moments
    };
    let weights = |a: &[f64], b: &[f64]| {
        let mut all = Totals::empty(&test);
        all.strata[0] = vec![10, 10];
        put(&mut all, &[moments(a), moments(b)]);
        next_weights(&test, &all).unwrap()[1].get()
    };
    assert!(weights(&[0.0, 3.0, 0.0, 5.0, 0.0], &[20.0, 70.0, 0.0, 50.0, 10.0]) > 8_000);
    assert_eq!(weights(&[0.0; 5], &[0.0; 5]), 5_000, "without a variance, the weights stay");
}

#[test]
fn weights_stay_until_their_batch_is_full_and_in_every_other_test() {
    let test = running(&json!({ "mode": "adaptive" }));
    assert_eq!(weights_after(&test, [(9, 0), (10, 9)], [9, 10]), None);
    assert!(weights_after(&test, [(10, 0), (10, 9)], [10, 10]).is_some());
    let fixed = running(&json!({ "mode": "fixed" }));
    assert_eq!(weights_after(&fixed, [(20, 3), (20, 9)], [20, 20]), None);
    let mut paused = test;
    paused.status = Status::Paused;
    assert_eq!(weights_after(&paused, [(20, 3), (20, 9)], [20, 20]), None);
}

#[test]
fn a_batch_with_the_same_weights_is_a_revision_of_its_own() {
    let test = running(&json!({ "mode": "adaptive" }));
    let same: Vec<BasisPoints> = test.definition.variants.iter().map(|variant| variant.weight).collect();
    let next = test.reweighted(&same, Timestamp::from_millis(1_795_258_800_000)).unwrap();
    assert_eq!((next.revision, next.weightings.len()), (test.revision + 1, 2));
    assert_eq!(next.weightings[0].weights, next.weightings[1].weights);
}

#[test]
fn a_reweighted_test_is_a_new_revision_and_invalid_weights_are_rejected() {
    let test = running(&json!({ "mode": "adaptive" }));
    let points = |list: [u32; 2]| list.map(|points| BasisPoints::parse(points).unwrap());
    let later = Timestamp::from_millis(1_795_258_800_000);
    let next = test.reweighted(&points([1_000, 9_000]), later).unwrap();
    assert_eq!((next.revision, next.updated_at, next.weightings.len()), (test.revision + 1, later, 2));
    assert_eq!(next.weightings[1].weights, points([1_000, 9_000]));
    assert_eq!(next.weightings[1].revision, next.revision);
    assert_eq!((next.phase, &next.seed), (test.phase, &test.seed));
    assert_eq!(test.reweighted(&points([1_000, 8_000]), later), None);
    assert_eq!(test.reweighted(&points([1_000, 9_000])[..1], later), None);
}
