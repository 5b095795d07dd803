//! Tests of the sample-ratio check over several interim looks.

use serde_json::{Value, json};

use super::test;
use crate::clock::Timestamp;
use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;
use crate::results::looks::Watched;
use crate::results::report::Report;
use crate::results::report::stored::StoredReport;
use crate::results::verdict::Advice;

fn report(test: &Experiment, units: [u64; 2], before: Option<&StoredReport>) -> Report {
    let mut totals = Totals::empty(test);
    for (arm, units) in units.into_iter().enumerate() {
        (totals.arms[arm].units, totals.strata[0][arm]) = (units, units);
    }
    Report::new(test, &totals, Timestamp::from_millis(1), before, &Watched::default())
}

/// Returns the check of the response.
fn answered(report: &Report) -> Value {
    serde_json::to_value(report.view(&[])).unwrap()["sample_ratio"].clone()
}

#[test]
fn an_alarm_remains_when_the_counts_match_the_weights_again() {
    let test = test(&json!({}));
    let first = report(&test, [40, 90], None);
    assert_eq!((first.sample_ratio.ok, first.verdict.decision), (false, Advice::DoNotTrust));
    let second = report(&test, [91, 90], Some(&first.clone().into()));
    assert_eq!((second.sample_ratio.p, second.sample_ratio.ok), (first.sample_ratio.p, false));
    assert_eq!(second.verdict.decision, Advice::DoNotTrust);
    assert!(report(&test, [91, 90], None).sample_ratio.ok);
    let mut saved = serde_json::to_value(first.stored()).unwrap();
    (saved["version"], saved["verdict"]) = (json!(7), json!("a form of version 7"));
    let unread = StoredReport::read(saved.to_string().as_bytes());
    assert_eq!(unread.report(), None);
    assert_eq!(report(&test, [91, 90], Some(&unread)).sample_ratio, second.sample_ratio);
}

#[test]
fn an_external_test_is_judged_by_the_current_counts_because_imports_can_be_sorted() {
    let test = test(&json!({ "allocation": { "mode": "external" } }));
    let half = report(&test, [60, 0], None);
    assert_eq!(half.verdict.decision, Advice::DoNotTrust);
    assert!(report(&test, [60, 60], Some(&half.into())).sample_ratio.ok);
}

#[test]
fn the_response_contains_the_greatest_e_value_and_its_p_value() {
    let test = test(&json!({}));
    let first = report(&test, [50, 75], None);
    let (e_value, p) =
        (answered(&first)["e_value"].as_f64().unwrap(), answered(&first)["p"].as_f64().unwrap());
    assert!(e_value > 1.5 && e_value < 1_000.0 && (e_value * p - 1.0).abs() < 1e-12, "{e_value} {p}");
    let second = report(&test, [80, 80], Some(&first.clone().into()));
    assert_eq!(answered(&second)["e_value"], answered(&first)["e_value"]);
    let none = answered(&report(&test, [0, 0], None));
    assert_eq!((&none["e_value"], &none["p"], &none["ok"]), (&Value::Null, &Value::Null, &json!(true)));
}

#[test]
fn an_account_in_a_variant_without_weight_has_the_greatest_e_value_of_all() {
    let test = test(&json!({ "variants": [
        { "key": "a", "weight": 10_000, "is_control": true }, { "key": "b", "weight": 0 }] }));
    let stray = answered(&report(&test, [5, 1], None));
    assert_eq!((&stray["e_value"], &stray["p"], &stray["ok"]), (&json!(1e300), &json!(0.0), &json!(false)));
}
