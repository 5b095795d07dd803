//! Tests of lists of known units: what they may contain, and how the units are randomized.

use serde_json::json;
use stats::balance::TRIAL;

use super::*;
use crate::clock::Timestamp;
use crate::experiment::bucket::{Bucket, choose as choose_arm};
use crate::experiment::{Assignment, BasisPoints, Decision, Reason, Refusal, Status, Unit, decide};
use crate::validation::typed;

fn units(count: u32) -> Value {
    let unit = |n: u32| {
        json!({ "unit_id": format!("unit-{n}"), "attributes": { "industry": if n.is_multiple_of(2) { "software" } else { "retail" } },
                "covariate": n * n % 101 })
    };
    (0..count).map(unit).collect()
}

fn body(changes: &Value) -> Value {
    let mut body = json!({ "test_id": "t", "name": "T", "segments": ["industry"], "known_units": units(60),
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn draft(changes: &Value) -> Experiment {
    let definition = typed(body(changes)).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([7; 8]), Timestamp::from_millis(0))
}

fn change(test: &Experiment, patch: Value, at_seconds: i64) -> Result<Experiment, Refusal> {
    let now = Timestamp::from_millis(at_seconds * 1_000);
    test.revise(typed(patch).unwrap(), Seed::from_random([9; 8]), now)
}

fn launched(changes: &Value) -> Experiment {
    change(&draft(changes), json!({ "revision": 1, "status": "running" }), 1).unwrap()
}

fn unit(body: Value) -> Unit {
    Unit::parse(typed(body).unwrap(), &draft(&json!({}))).unwrap()
}

/// Returns the pointers of the errors in a test.
fn refused(changes: &Value) -> Vec<String> {
    let found = Definition::parse(typed(body(changes)).unwrap()).unwrap_err();
    found.into_iter().map(|invalid| invalid.pointer).collect()
}

#[test]
fn a_start_chooses_a_seed_within_the_threshold_of_the_first_1000() {
    let test = launched(&json!({}));
    let balance = test.balance.as_ref().unwrap();
    assert!(balance.number >= TRIAL && balance.imbalance <= balance.threshold, "{balance:?}");
    assert_eq!(test.seed, balance.root.numbered(balance.number));
    let mut randomize = test.definition.randomize(&balance.root);
    let own = |number: u64, randomize: &mut dyn FnMut(u64, &mut [usize])| {
        let mut arms = vec![0; 60];
        randomize(number, &mut arms);
        test.definition.sheet().imbalance(&arms, 2)
    };
    assert!((own(balance.number, &mut randomize) - balance.imbalance).abs() < 1e-15);
    let under = (0..TRIAL).filter(|number| own(*number, &mut randomize) <= balance.threshold).count();
    // Arms of fixed sizes allow few values of an imbalance of two levels, so many seeds are exactly at the threshold.
    assert!((100..250).contains(&under), "{under}");
    let stored: Experiment = serde_json::from_str(&serde_json::to_string(&test).unwrap()).unwrap();
    assert_eq!(stored, test, "threshold and choice are stored to the last bit");
}

#[test]
fn a_known_unit_gets_its_randomized_variant_and_keeps_its_listed_values() {
    let test = launched(&json!({}));
    let balance = test.balance.as_ref().unwrap();
    let mut arms = vec![9; 60];
    test.definition.randomize(&balance.root)(balance.number, &mut arms);
    for (own, arm) in test.definition.known_units.as_ref().unwrap().iter().zip(arms) {
        let sent = unit(
            json!({ "unit_id": own.unit_id, "attributes": { "industry": ["later"] }, "covariate": 1e9 }),
        );
        let Decision::Assign(variant) = decide(&test, &sent).unwrap() else { panic!("it is listed") };
        assert_eq!(variant, &test.definition.variants[arm]);
        let assignment = Assignment::of(&test, &sent, variant, Timestamp::from_millis(0)).unwrap();
        assert_eq!((assignment.segments, assignment.covariate), (own.attributes.clone(), own.covariate));
    }
    let other = unit(json!({ "unit_id": "somebody-else.com" }));
    assert_eq!(decide(&test, &other).unwrap(), Decision::Leave(Reason::NotListed));
}

#[test]
fn a_new_phase_randomizes_again_and_only_then_can_a_list_change() {
    let test = launched(&json!({}));
    let fewer = json!({ "revision": 2, "known_units": units(50) });
    assert!(matches!(change(&test, fewer, 2), Err(Refusal::Conflict(_))));
    let reweighed = json!({ "revision": 2, "weights": { "a": 4_000, "b": 6_000 } });
    assert!(matches!(change(&test, reweighed, 2), Err(Refusal::Conflict(_))));
    let stopped = change(&test, json!({ "revision": 2, "status": "stopped" }), 3).unwrap();
    assert_eq!(stopped.balance, test.balance);
    let alone = json!({ "revision": 3, "known_units": units(50) });
    assert!(
        matches!(change(&stopped, alone, 100), Err(Refusal::Conflict(_))),
        "the results depend on the list"
    );
    let reweighed = json!({ "revision": 3, "weights": { "a": 4_000, "b": 6_000 } });
    assert!(
        matches!(change(&stopped, reweighed, 100), Err(Refusal::Conflict(_))),
        "the results randomize under the weights"
    );
    let again = json!({ "revision": 3, "status": "running", "start": "restart", "known_units": units(50) });
    let again = change(&stopped, again, 100).unwrap();
    assert_eq!((again.status, again.phase), (Status::Running, 2));
    assert_ne!(again.balance.as_ref().unwrap().root, test.balance.as_ref().unwrap().root);
    assert_eq!(again.definition.known_units.as_ref().unwrap().len(), 50);
}

#[test]
fn a_pause_keeps_the_randomization() {
    let test = launched(&json!({}));
    let paused = change(&test, json!({ "revision": 2, "status": "paused" }), 2).unwrap();
    let running = change(&paused, json!({ "revision": 3, "status": "running" }), 3).unwrap();
    assert_eq!((&running.balance, &running.seed), (&test.balance, &test.seed));
}

#[test]
fn the_order_of_a_list_is_ignored_and_a_returned_test_can_be_sent_again() {
    let mut reversed = units(60);
    reversed.as_array_mut().unwrap().reverse();
    let (test, other) = (draft(&json!({})), draft(&json!({ "known_units": reversed })));
    assert!(test.definition.is_declared_as(&other.definition));
    assert_eq!(Definition::parse(test.definition.body()).unwrap(), test.definition);
    assert!(test.balance.is_none(), "a draft is not randomized");
}

#[test]
fn an_invalid_list_is_rejected_with_the_pointer_of_the_error() {
    let three = json!([{ "key": "a", "weight": 4_000, "is_control": true }, { "key": "b", "weight": 3_000 },
                       { "key": "c", "weight": 3_000 }]);
    assert_eq!(refused(&json!({ "variants": three })), ["/variants"]);
    assert_eq!(refused(&json!({ "allocation": { "mode": "external" } })), ["/allocation/mode"]);
    assert_eq!(refused(&json!({ "coverage": 9_999 })), ["/coverage"]);
    assert_eq!(refused(&json!({ "targeting": { "industry": "software" } })), ["/targeting"]);
    assert_eq!(refused(&json!({ "namespace": { "key": "n", "range": [0, 1] } })), ["/namespace"]);
    assert_eq!(refused(&json!({ "overrides": { "unit-3": "b" } })), ["/known_units/3/unit_id"]);
    let undeclared = refused(&json!({ "segments": [] }));
    assert_eq!((undeclared.len(), undeclared[0].as_str()), (60, "/known_units/0/attributes/industry"));
    let altered = |at: usize, field: &str, value: Value| {
        let mut units = units(60);
        units[at][field] = value;
        refused(&json!({ "known_units": units }))
    };
    assert_eq!(altered(5, "unit_id", json!("unit-2")), ["/known_units/5/unit_id"]);
    assert_eq!(altered(5, "covariate", Value::Null), ["/known_units"]);
    assert_eq!(
        altered(5, "attributes", json!({ "industry": "a\u{7}" })),
        ["/known_units/5/attributes/industry"]
    );
    let many: Value =
        (0..65).map(|n| json!({ "unit_id": format!("u{n}"), "attributes": { "industry": n } })).collect();
    assert_eq!(refused(&json!({ "known_units": many })), ["/known_units"]);
    let written_in_two_ways: Value = (0..80)
        .map(|n| json!({ "unit_id": format!("u{n}"), "attributes": { "industry": if n < 40 { json!(n) } else { json!((n - 40).to_string()) } } }))
        .collect();
    assert_eq!(
        draft(&json!({ "known_units": written_in_two_ways })).definition.known_units.unwrap().len(),
        80
    );
}

#[test]
fn the_balance_in_responses_does_not_reveal_the_arms_of_units() {
    let list: Value =
        (0..12).map(|n| json!({ "unit_id": format!("u{n}"), "covariate": 1.7_f64.powi(n) })).collect();
    let test = launched(&json!({ "segments": [], "known_units": list }));
    let (sheet, own) = (test.definition.sheet(), test.balance.as_ref().unwrap());
    let alike = |shown: f64, width: f64| {
        let arms = |split: usize| (0..12).map(|unit| split >> unit & 1).collect::<Vec<_>>();
        (1..1 << 11)
            .filter(|split| {
                let imbalance = sheet.imbalance(&arms(*split), 2);
                imbalance <= shown && imbalance > shown - width
            })
            .count()
    };
    assert_eq!(
        alike(own.imbalance + 1e-9, 2e-9),
        1,
        "the exact value would: except for the arms' names, one randomization has it"
    );
    let view = serde_json::to_value(test.view()).unwrap();
    let (threshold, imbalance) =
        (view["balance"]["threshold"].as_f64().unwrap(), view["balance"]["imbalance"].as_f64().unwrap());
    assert!(
        own.imbalance <= imbalance && imbalance <= threshold && threshold < own.threshold + 0.01,
        "{view}"
    );
    let is_round = |x: f64| ((x * 100.0).round() / 100.0 - x).abs() < 1e-12;
    assert!(is_round(imbalance) && is_round(threshold) && !is_round(own.imbalance), "{view}");
    assert!(alike(imbalance, 0.01) > 5, "{}", alike(imbalance, 0.01));
}

#[test]
fn a_list_with_an_empty_variant_does_not_start() {
    let weights = json!([{ "key": "a", "weight": 10_000, "is_control": true }, { "key": "b", "weight": 0 }]);
    let test = draft(&json!({ "variants": weights }));
    let Err(Refusal::Invalid(found)) = change(&test, json!({ "revision": 1, "status": "running" }), 1) else {
        panic!("variant b would be empty");
    };
    assert_eq!(found[0].pointer, "/known_units");
}

#[test]
fn unequal_weights_give_unequal_arms() {
    let weights =
        json!([{ "key": "a", "weight": 8_000, "is_control": true }, { "key": "b", "weight": 2_000 }]);
    let test = launched(&json!({ "variants": weights }));
    let balance = test.balance.as_ref().unwrap();
    let mut arms = vec![0; 60];
    test.definition.randomize(&balance.root)(balance.number, &mut arms);
    let few = arms.iter().filter(|arm| **arm == 1).count();
    assert_eq!(few, 12, "a fifth");
}

#[test]
fn arm_sizes_are_within_one_unit_of_the_weights_in_every_phase() {
    let mut test = launched(&json!({ "known_units": units(207) }));
    for phase in 1..4 {
        let balance = test.balance.as_ref().unwrap();
        let ones = balance.randomized.bytes().filter(|digit| *digit == b'1').count();
        assert_eq!((balance.randomized.len(), ones), (207, 103));
        let revision = test.revision;
        test = change(&test, json!({ "revision": revision, "status": "stopped" }), 100 * phase).unwrap();
        test = change(
            &test,
            json!({ "revision": revision + 1, "status": "running", "start": "restart" }),
            100 * phase + 50,
        )
        .unwrap();
    }
}

#[test]
fn a_list_without_stored_arms_is_assigned_by_its_buckets() {
    let mut test = launched(&json!({}));
    test.balance.as_mut().unwrap().randomized.clear();
    let stored = serde_json::to_value(&test).unwrap();
    assert!(stored["balance"].get("randomized").is_none());
    let read: Experiment = serde_json::from_value(stored).unwrap();
    let sent = unit(json!({ "unit_id": "unit-3" }));
    let bucket = Bucket::after(read.seed.hash(), "unit-3");
    let wanted = choose_arm(&read.definition.variants, BasisPoints::WHOLE, bucket).unwrap();
    assert_eq!(decide(&read, &sent).unwrap(), Decision::Assign(wanted));
}

#[test]
fn all_forms_of_a_number_are_one_segment_value() {
    let of = |text: &str| segment(&serde_json::from_str(text).unwrap()).unwrap();
    for (texts, wanted) in [
        (["7", "7.0", "7e0", "0.7e1"], "7"),
        (["0", "-0", "-0.0", "0e5"], "0"),
        (["-2.50", "-2.5", "-25e-1", "-0.25e1"], "-2.5"),
        (["1e3", "1000", "1000.0", "1E+3"], "1000"),
    ] {
        assert_eq!(texts.map(of), [wanted; 4].map(str::to_owned));
    }
    assert!(of("1e300").len() <= SEGMENT_BYTES && of("18446744073709551615") == "18446744073709551615");
}
