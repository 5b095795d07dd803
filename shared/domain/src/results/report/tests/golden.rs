//! Tests of stored reports, byte for byte: `../golden/<scene>.json`, with the point of an hour or a day for
//! each. See `../golden/README.md`.

use serde::Serialize;
use serde_json::{Value, json};

use super::scenes::{self, late, scenes};
use crate::results::reading::method::PValueMethod;
use crate::results::reading::warnings::Code;
use crate::results::report::Report;
use crate::results::report::point::Point;
use crate::results::report::stored::StoredReport;
use crate::results::verdict::Advice;

/// Returns the stored form of a scene: the report, or its point.
fn stored(scene: &str, kind: &str) -> String {
    let path = format!("{}/src/results/report/golden/{scene}.{kind}json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Returns whether two JSON texts have the same fields in the same order with the same texts, and numbers
/// that differ by no more than the last bits of another processor's logarithms.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((m, x), (n, y))| m == n && alike(x, y))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| alike(x, y)),
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            a == b || (x - y).abs() <= 1e-9 * x.abs().max(y.abs()).max(1e-9)
        }
        _ => a == b,
    }
}

/// Removes the plan and its reasons, which older reports computed for another analysis.
fn without_plan(mut report: Value) -> Value {
    if let Some(fields) = report.as_object_mut() {
        fields.shift_remove("plan");
    }
    if let Some(reasons) = report.pointer_mut("/verdict/reasons").and_then(Value::as_array_mut) {
        let starts = ["To find the expected effect", "At the current rate"];
        reasons.retain(|reason| !starts.iter().any(|start| reason.as_str().unwrap().starts_with(start)));
    }
    report
}

fn assert_alike(made: &impl Serialize, stored: &str, what: &str) {
    let (made, stored): (_, Value) =
        (serde_json::to_value(made).unwrap(), serde_json::from_str(stored).unwrap());
    let (made, stored) = (without_plan(made), without_plan(stored));
    assert!(alike(&made, &stored), "{what}\n{made}\n{stored}");
}

#[test]
fn the_same_rows_give_the_stored_report_and_point() {
    for (scene, report) in scenes() {
        assert_alike(&report, &stored(scene, ""), scene);
        assert_alike(&report.point(), &stored(scene, "point."), scene);
    }
}

const SCENES: [&str; 6] = ["full", "empty", "adaptive", "adaptive-over", "changed", "few"];

fn read(json: &str) -> Report {
    match StoredReport::read(json.as_bytes()) {
        StoredReport::V1(report) => *report,
        StoredReport::Unread(_) => panic!("the report must be readable: {json}"),
    }
}

fn json(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap()
}

#[test]
fn reports_from_before_versions_are_read_and_written_without_a_change() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let (own, past) = (read(&report), Point::read(point.as_bytes()).unwrap());
        assert_eq!((json(&own), json(&past)), (report.clone(), point.clone()), "{scene}");
        let versioned = |text: &str| text.replacen('{', "{\"version\":1,", 1);
        assert_eq!(
            (json(&own.stored()), json(&past.stored())),
            (versioned(&report), versioned(&point)),
            "{scene}"
        );
        assert_eq!((&read(&json(&own.stored())), json(&own.point())), (&own, point), "{scene}");
    }
}

#[test]
fn the_response_of_a_stored_report_is_that_report_with_an_e_value_byte_for_byte() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let answered = format!("{},\"series\":[{point}]}}", report.strip_suffix('}').unwrap());
        let e_value =
            format!("\"sample_ratio\":{{\"e_value\":{},", json(&read(&report).sample_ratio.e_value()));
        let answered = answered.replacen("\"sample_ratio\":{", &e_value, 1);
        let past = Point::read(point.as_bytes()).unwrap();
        assert_eq!(json(&read(&report).view(&[past])), answered, "{scene}");
    }
}

/// Returns the stored report of the earlier count of an adaptive test, changed.
fn early(change: impl Fn(&mut Value)) -> StoredReport {
    let mut saved = serde_json::to_value(scenes::early().stored()).unwrap();
    change(&mut saved);
    StoredReport::read(json(&saved).as_bytes())
}

/// Returns the later report, with the results of the earlier one.
fn remembered() -> Report {
    late(Some(&early(|_| {})))
}

fn is_restarted(report: &Report) -> bool {
    report.warnings.iter().any(|warning| warning.code == Code::SequentialRestarted)
}

#[test]
fn earlier_results_are_read_from_a_report_of_an_unknown_version() {
    let saved = early(|saved| {
        saved["version"] = json!(7);
        saved["verdict"] = json!("a form of version 7");
        saved["goals"][0]["comparisons"][0]["how"] = json!({ "new": true });
    });
    assert_eq!(saved.report(), None);
    assert_eq!(late(Some(&saved)), remembered());
    assert_ne!(late(None).goals, remembered().goals, "without the earlier report, the p-values differ");
}

#[test]
fn earlier_results_are_read_from_a_report_without_an_unrelated_field() {
    let saved = early(|saved| drop(saved.as_object_mut().unwrap().shift_remove("maturity")));
    assert_eq!((saved.report(), late(Some(&saved))), (None, remembered()));
}

#[test]
fn a_report_that_lost_earlier_results_warns_and_so_do_all_later_ones() {
    let renamed = early(|saved| {
        saved["version"] = json!(7);
        let own = saved["goals"][0]["comparisons"][0].as_object_mut().unwrap();
        let p = own.shift_remove("p_value").unwrap();
        own.insert("p".to_owned(), p);
    });
    let unknown = early(|saved| {
        saved["version"] = json!(7);
        saved["goals"][0]["comparisons"][0]["method"] = json!("a_method_of_version_7");
    });
    for saved in [
        renamed,
        unknown,
        StoredReport::read(b"{\"version\":1,\"goals\":[{\"go"),
        StoredReport::read(b""),
        StoredReport::Unread(None),
    ] {
        assert_eq!(saved, StoredReport::Unread(None));
        let report = late(Some(&saved));
        assert_eq!(report.goals, late(None).goals);
        let warning = report.warnings.last().unwrap();
        assert_eq!(warning.code, Code::SequentialRestarted);
        assert!(warning.detail.contains("looks before 2026-12-24T10:00:00Z"), "{}", warning.detail);
        assert!(warning.detail.len() <= 300);
        let next = late(Some(&StoredReport::from(report.clone())));
        assert_eq!(next.warnings, report.warnings, "the warning remains for the phase");
        let unread = StoredReport::read(
            json(&report.stored()).replacen("\"version\":1", "\"version\":7", 1).as_bytes(),
        );
        assert_eq!(
            late(Some(&unread)).warnings,
            report.warnings,
            "the warning is read from an unknown version too"
        );
    }
    assert!(!is_restarted(&remembered()) && !is_restarted(&late(None)));
}

#[test]
fn values_without_a_scene_are_stored_and_returned_unchanged() {
    let words = [PValueMethod::Formula, PValueMethod::Rerandomization].map(|word| json(&word));
    assert_eq!(words, ["\"formula\"", "\"rerandomization\""]);
    for advice in Advice::ALL {
        assert_eq!(json(&advice), format!("\"{}\"", advice.as_str()));
    }
    for code in [Code::DominantUnit, Code::WeightsChanged, Code::SequentialRestarted] {
        assert_eq!(json(&code), format!("\"{}\"", code.as_str()));
    }
    assert_eq!(
        Advice::ALL.map(Advice::as_str),
        ["keep_running", "ship", "stop", "no_difference", "do_not_trust"]
    );
}
