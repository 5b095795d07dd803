//! Tests of when an adaptive test changes its weights, and how.

use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::{Definition, Seed};
use crate::validation::typed;
use stats::moments::Moments;

fn running(allocation: &Value) -> Experiment {
    let body = json!({ "test_id": "t", "name": "T", "allocation": allocation,
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary", "window_days": 1 }] });
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
    if let Some(batch) = totals.batches.first_mut() {
        *batch = past.map(|(units, converted)| Moments::of_counts(converted, units)).to_vec();
    }
    totals
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
    let low = running(&json!({ "mode": "adaptive", "floor": 500 }));
    assert_eq!(weights_after(&low, [(200, 10), (200, 90)], [200, 200]), Some([500, 9_500]));
}

#[test]
fn units_inside_the_window_do_not_affect_the_weights() {
    let test = running(&json!({ "mode": "adaptive" }));
    assert_eq!(weights_after(&test, [(0, 0), (0, 0)], [60, 60]), None, "no unit is past its window yet");
    assert_eq!(
        weights_after(&test, [(40, 3), (4, 4)], [60, 6]),
        None,
        "one arm has too few units past their window"
    );
    let mut cautious = test;
    for (variant, weight) in cautious.definition.variants.iter_mut().zip([8_000, 2_000]) {
        variant.weight = BasisPoints::parse(weight).unwrap();
    }
    assert_eq!(weights_after(&cautious, [(0, 0), (0, 0)], [60, 15]), None, "the author's weights stay");
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
fn a_small_change_of_weights_is_not_made() {
    let mut test = running(&json!({ "mode": "adaptive" }));
    let [a, b] = weights_after(&test, [(40, 10), (40, 12)], [40, 40]).unwrap();
    for (variant, weight) in test.definition.variants.iter_mut().zip([a - 199, b + 199]) {
        variant.weight = BasisPoints::parse(weight).unwrap();
    }
    assert_eq!(weights_after(&test, [(40, 10), (40, 12)], [40, 40]), None);
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
