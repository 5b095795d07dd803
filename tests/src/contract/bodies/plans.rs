//! The limits of a request for a plan, and the forms of a plan and of several tests compared.

use domain::experiment::ExperimentId;
use domain::planning::{PlanBody, PlanRequest};
use domain::results::counting::totals::Totals;
use domain::results::looks::Watched;
use domain::results::programme::{Programme, Requested};
use domain::results::report::Report;
use domain::validation::typed;
use serde_json::{Value, json};
use testing::document::Shape;

use super::samples::{launched, now};
use super::trying::{assert_limits, numbers};

#[test]
fn the_limits_of_plans_match_the_code() {
    let base = json!({ "kind": "sum", "baseline": 1, "deviation": 1, "planned_units": 10 });
    let (units, no_units) = numbers(2, 10_000_000);
    let (known, no_known) = numbers(10, 1_000);
    let (days, no_days) = numbers(1, 365);
    let null = || vec![Value::Null];
    let twenty: Value = (0..20).map(|_| 500).collect();
    let limits = [
        ("kind", vec![json!("count")], vec![json!("median"), Value::Null]),
        ("baseline", vec![json!(0), json!(1e12)], vec![json!(-0.1), json!(1.1e12), json!("1"), Value::Null]),
        ("deviation", vec![json!(1e-9), json!(1e12)], vec![json!(0), json!(1.1e12), json!("1")]),
        ("size", null(), vec![json!(0.5), json!(1.1e9)]),
        ("correlation", null(), vec![json!(-0.1), json!(1.1)]),
        ("effect", vec![json!(1e12), json!(-1e12), Value::Null], vec![json!(1.1e12), json!("1")]),
        ("relative_effect", vec![json!(-1), json!(1e6), Value::Null], vec![json!(-1.1), json!(1.1e6)]),
        ("planned_units", units, no_units),
        (
            "weights",
            vec![json!([10, 9_990]), twenty],
            vec![json!([10_000]), json!([-1, 10_001]), Value::Null],
        ),
        ("units_per_day", vec![json!(0.01), json!(1e7), Value::Null], vec![json!(0), json!(1.1e7)]),
        ("known_units", known.into_iter().chain(null()).collect(), no_known),
        ("power", vec![json!(0.5), json!(0.99)], vec![json!(0.49), json!(1), Value::Null]),
        ("spending", ["early", "even", "late"].map(|own| json!(own)).into(), vec![json!("x"), Value::Null]),
        (
            "hypothesis",
            ["different", "greater", "less"].map(|own| json!(own)).into(),
            vec![json!("equal"), Value::Null],
        ),
        ("window_days", days, no_days),
    ];
    let code = |body: Value| typed::<PlanBody>(body).and_then(PlanRequest::parse).is_ok();
    assert_limits("PlanRequest", &base, &limits, code);
}

#[test]
fn plans_match_the_contract_in_every_field() {
    let shape = Shape::closed("TestPlan");
    for body in [
        json!({ "kind": "binary", "baseline": 0.1, "effect": 0.1, "units_per_day": 8, "window_days": 30 }),
        json!({ "kind": "sum", "baseline": 0, "deviation": 4, "planned_units": 80 }),
        json!({ "kind": "ratio", "baseline": 0.2, "size": 8, "known_units": 80, "weights": [5_000, 2_500, 2_500] }),
    ] {
        let plan = typed::<PlanBody>(body).and_then(PlanRequest::parse).and_then(|own| own.answer()).unwrap();
        shape.assert_takes(&serde_json::to_value(plan).unwrap(), "a plan");
    }
}

#[test]
fn comparisons_of_tests_match_the_contract_in_every_field() {
    let test = launched(&json!({}));
    let mut totals = Totals::empty(&test);
    for (arm, converted) in totals.arms.iter_mut().zip([40, 60]) {
        arm.units = 200;
        arm.goals[0].converted = converted;
        (0..200).for_each(|n| arm.goals[0].moments.add(f64::from(u8::from(n < converted))));
    }
    let report = Report::new(&test, &totals, now(), None, &Watched::default());
    let names = ["a", "b", "c", "d", "e"].map(|name| ExperimentId::parse(name).unwrap());
    let requested = names.each_ref().map(|test_id| match test_id.as_str() {
        "a" => Requested { test_id, test: None, report: None },
        "b" => Requested { test_id, test: Some(&test), report: None },
        _ => Requested { test_id, test: Some(&test), report: Some(&report) },
    });
    let shape = Shape::closed("Programme");
    for some in [&requested[..2], &requested[..]] {
        let programme = serde_json::to_value(Programme::new(some)).unwrap();
        assert_eq!(programme["prior"].is_null(), some.len() == 2, "{programme}");
        shape.assert_takes(&programme, "several tests");
    }
}
