//! Tests of what a report contains, and what it omits.

mod betting;
mod golden;
mod rerandomization;
mod sample_ratio;
mod scenes;
mod verdicts;

use serde_json::{Value, json};
use stats::joint::Joint;
use stats::moments::Moments;

use self::scenes::first_look;
use super::*;
use crate::experiment::{Definition, Seed};
use crate::validation::typed;

fn test(changes: &Value) -> Experiment {
    let mut body = json!({ "test_id": "t", "name": "T", "segments": ["industry"],
        "variants": [{ "key": "a", "weight": 5_000, "is_control": true }, { "key": "b", "weight": 5_000 }],
        "goals": [{ "key": "g", "kind": "binary", "role": "primary" }] });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let definition = typed(body).and_then(Definition::parse).unwrap();
    Experiment::draft(definition, Seed::from_random([0; 8]), Timestamp::from_millis(0))
}

/// Two arms of 30 units each, half of them in one industry. The first `covariates` units have a covariate.
fn totals(test: &Experiment, covariates: u32) -> Totals {
    let mut totals = Totals::empty(test);
    for (arm, converted) in [(0, 9), (1, 15)] {
        let goal = &mut totals.arms[arm].goals[0];
        goal.converted = converted;
        goal.moments = Moments::of_counts(converted, 30);
        let pairs = (0..covariates).map(|unit| (f64::from(u8::from(unit % 3 == 0)), f64::from(unit % 7)));
        let mut joint = Joint::default();
        pairs.for_each(|(x, y)| joint.add(x, y));
        goal.paired = joint;
        (totals.arms[arm].units, totals.strata[0][arm]) = (30, 30);
        for unit in 0..30_u64 {
            let value = if unit % 2 == 0 { "software" } else { "retail" };
            let yes = unit < converted;
            totals.segments[0].count(value, arm, yes, (f64::from(u8::from(yes)), 1.0));
        }
    }
    totals
}

fn report(test: &Experiment, covariates: u32) -> Value {
    let report = first_look(test, &totals(test, covariates), Timestamp::from_millis(1), None);
    serde_json::to_value(report).unwrap()
}

#[test]
fn there_is_no_adjusted_difference_unless_every_unit_has_a_covariate() {
    let test = test(&json!({}));
    let of = |covariates| report(&test, covariates)["goals"][0]["comparisons"][0].clone();
    assert!(of(30)["adjusted"]["variance_saved"].is_number());
    let some = of(29);
    assert_eq!(some["adjusted"], Value::Null);
    assert_eq!(
        some["warnings"],
        json!(["No adjusted fixed-horizon difference: 2 of the accounts have no covariate."])
    );
    assert_eq!((&of(0)["adjusted"], &of(0)["warnings"]), (&Value::Null, &json!([])));
}

#[test]
fn segments_are_compared_except_in_adaptive_tests() {
    let fixed = &report(&test(&json!({})), 0)["segments"][0];
    let arm = &fixed["values"][1]["arms"][1];
    assert!(arm["absolute"]["estimate"].is_number() && arm["absolute"]["low"].is_null(), "{fixed}");
    assert_eq!((&arm["shown"], &arm["corrected_p"]), (&Value::Null, &Value::Null), "no look has named it");
    assert_eq!(fixed["values"][1]["arms"][0]["absolute"], Value::Null, "control is not compared with itself");
    assert!(fixed["values"][0]["sample_ratio_p"].is_number());
    let adaptive = &report(&test(&json!({ "allocation": { "mode": "adaptive" } })), 0)["segments"][0];
    assert_eq!(adaptive["values"][1]["arms"][1]["absolute"], Value::Null);
    assert_eq!(adaptive["values"][1]["arms"][1]["units"], 15);
}

#[test]
fn a_goal_where_less_is_better_is_planned_downwards() {
    let plan = |better: &str| {
        let goals = json!([{ "key": "g", "kind": "binary", "role": "primary", "direction": better }]);
        let expected = json!({ "baseline": 0.2, "effect": 0.1 });
        let test = test(&json!({ "goals": goals, "expected": expected }));
        Outlook::planned(&test.definition).unwrap().units_needed.unwrap().fixed_horizon.unwrap()
    };
    // 20 against 10 % needs 398 units, 20 against 30 % needs 586.
    assert!((390..=406).contains(&plan("lower")), "{}", plan("lower"));
    assert!((575..=600).contains(&plan("higher")), "{}", plan("higher"));
}

#[test]
fn a_total_is_the_exact_decimal_sum_of_its_parts() {
    let test = test(&json!({}));
    let mut totals = totals(&test, 0);
    totals.arms[1].goals[0].moments = Moments::default();
    (0..3).for_each(|_| totals.arms[1].goals[0].moments.add(0.1));
    let report = first_look(&test, &totals, Timestamp::from_millis(1), None);
    assert_eq!(serde_json::to_string(&report.goals[0].arms[1].total).unwrap(), "0.3");
}
