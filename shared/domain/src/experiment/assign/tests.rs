//! Tests of which units are assigned, and to which arm.

use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::experiment::Seed;
use crate::experiment::wire::TestBody;
use crate::experiment::{Definition, UnitId};

pub(super) fn unit(unit_id: &str, attributes: Value) -> Unit {
    let Value::Object(attributes) = attributes else { panic!("attributes are an object") };
    Unit {
        id: UnitId::parse(unit_id).unwrap(),
        sent_as: unit_id.to_owned(),
        attributes,
        covariate: None,
        variant: None,
        assigned_at: None,
        preview: None,
    }
}

/// Returns a running test whose variants are named 0, 1, 2 and so on.
pub(super) fn running(seed: &str, weights: &[u32], changes: &Value) -> Experiment {
    let variant = |(index, weight): (usize, &u32)| json!({ "key": format!("{index}"), "weight": weight, "is_control": index == 0 });
    let variants: Vec<Value> = weights.iter().enumerate().map(variant).collect();
    let mut body = json!({ "test_id": "t", "name": "T", "variants": variants,
                           "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let body: TestBody = serde_json::from_value(body).unwrap();
    let definition = Definition::parse(body).unwrap();
    let mut test =
        Experiment::draft(definition, Seed::from(seed.to_owned()), Timestamp::from_millis(1_795_255_200_000));
    test.status = Status::Running;
    test
}

/// Returns the arm that a new unit is assigned to.
fn arm(test: &Experiment, unit_id: &str) -> Option<usize> {
    match decide(test, &unit(unit_id, json!({}))).unwrap() {
        Decision::Assign(variant) => variant.key.as_str().parse().ok(),
        _ => None,
    }
}

#[test]
fn every_reference_case_of_coverage_and_weights_gives_its_arm() {
    let all: Value = serde_json::from_str(include_str!("../../../../../tests/cases/coverage.json")).unwrap();
    let cases = all["cases"].as_array().unwrap();
    for case in cases {
        let points = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
        let weights: Vec<u32> = case[2].as_array().unwrap().iter().map(points).collect();
        let test = running(case[0].as_str().unwrap(), &weights, &json!({ "coverage": case[3] }));
        let found = arm(&test, case[1].as_str().unwrap());
        assert_eq!(found, case[4].as_u64().map(|arm| usize::try_from(arm).unwrap()), "{case}");
    }
    assert_eq!(cases.len(), 216);
}

#[test]
fn newly_covered_units_are_assigned_under_the_current_weights() {
    let (mut newcomers, mut treated) = (0_u32, 0_u32);
    for seed in 0..5 {
        let of = |weights: [u32; 2], coverage: u32| {
            running(&format!("seed {seed}"), &weights, &json!({ "coverage": coverage }))
        };
        let (narrow, wide) = (of([5_000, 5_000], 3_000), of([8_000, 2_000], 10_000));
        for n in 0..2_400 {
            let name = format!("account-{n}.example");
            if arm(&narrow, &name).is_none() {
                newcomers += 1;
                treated += u32::from(arm(&wide, &name) == Some(1));
            }
        }
    }
    // The expectation is 8,400 newcomers with a share of 0.2 ± 0.0175 (four standard deviations).
    let share = f64::from(treated) / f64::from(newcomers);
    assert!((0.1825..0.2175).contains(&share), "{treated} of {newcomers}");
}

#[test]
fn wider_coverage_keeps_every_assignment_and_full_coverage_assigns_all() {
    let mut before: Vec<Option<usize>> = vec![None; 500];
    for coverage in [0, 1, 50, 3_000, 5_000, 9_999, 10_000] {
        let test = running("seed", &[2_500, 2_500, 5_000], &json!({ "coverage": coverage }));
        let after: Vec<_> = (0..500).map(|n| arm(&test, &format!("unit-{n}"))).collect();
        assert!(before.iter().zip(&after).all(|(before, after)| before.is_none() || before == after));
        before = after;
    }
    assert!(before.iter().all(Option::is_some));
}

#[test]
fn coverage_and_arm_of_a_unit_are_independent() {
    for seed in ["3862797465733821", "616e6f7468657221", "a", ""] {
        let seed = Seed::from(seed.to_owned());
        let mut table = [[0_u32; 10]; 10];
        for n in 0..20_000 {
            let name = format!("account-{n}.example");
            let tenth = |prefix| (Bucket::after(prefix, &name).get() / 1_000) as usize;
            table[tenth(seed.coverage())][tenth(seed.hash())] += 1;
        }
        let distance = |&count: &u32| (f64::from(count) - 200.0).powi(2) / 200.0;
        let statistic: f64 = table.iter().flatten().map(distance).sum();
        // The upper 0.01 % of chi-square with 99 degrees of freedom.
        assert!(statistic < 160.0, "{seed:?}: {statistic}");
    }
}
