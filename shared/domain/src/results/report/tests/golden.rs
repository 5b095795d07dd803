//! Reports as they are stored, byte for byte: `../golden/<scene>.json`, and beside each its point of an hour or a day. See
//! `../golden/README.md`.

use serde::Serialize;
use serde_json::{Value, json};

use super::scenes::{at, full, late, launched, rows, scenes, totals};
use crate::results::reading::method::PValueMethod;
use crate::results::reading::warnings::Code;
use crate::results::report::Report;
use crate::results::report::kept::Kept;
use crate::results::report::point::Point;
use crate::results::verdict::Advice;

/// What is stored of a scene: the report, or its point.
fn stored(scene: &str, kind: &str) -> String {
    let path = format!("{}/src/results/report/golden/{scene}.{kind}json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Whether two texts of JSON have the same fields in the same order with the same words, and numbers that differ by no
/// more than the last bits of another processor's logarithms.
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

fn assert_alike(made: &impl Serialize, stored: &str, what: &str) {
    let (made, stored): (_, Value) =
        (serde_json::to_value(made).unwrap(), serde_json::from_str(stored).unwrap());
    assert!(alike(&made, &stored), "{what}\n{made}\n{stored}");
}

#[test]
fn the_same_rows_give_the_report_and_the_point_that_are_stored() {
    for (scene, report) in scenes() {
        assert_alike(&report, &stored(scene, ""), scene);
        assert_alike(&report.point(), &stored(scene, "point."), scene);
    }
}

const SCENES: [&str; 6] = ["full", "empty", "adaptive", "adaptive-over", "changed", "few"];

fn read(json: &str) -> Report {
    match Kept::read(json.as_bytes()) {
        Kept::V1(report) => *report,
        Kept::Unread(_) => panic!("it must be read: {json}"),
    }
}

fn json(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap()
}

#[test]
fn what_was_stored_before_there_were_versions_is_read_and_written_again_byte_for_byte() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let (own, past) = (read(&report), Point::read(point.as_bytes()).unwrap());
        assert_eq!((json(&own), json(&past)), (report.clone(), point.clone()), "{scene}");
        let versioned = |text: &str| text.replacen('{', "{\"version\":1,", 1);
        assert_eq!(
            (json(&own.kept()), json(&past.kept())),
            (versioned(&report), versioned(&point)),
            "{scene}"
        );
        assert_eq!((&read(&json(&own.kept())), json(&own.point())), (&own, point), "{scene}");
    }
}

#[test]
fn what_is_answered_of_a_stored_report_is_byte_for_byte_what_was_answered_before_there_were_versions() {
    for scene in SCENES {
        let (report, point) = (stored(scene, ""), stored(scene, "point."));
        let answered = format!("{},\"series\":[{point}]}}", report.strip_suffix('}').unwrap());
        let past = Point::read(point.as_bytes()).unwrap();
        assert_eq!(json(&read(&report).view(&[past])), answered, "{scene}");
    }
}

/// What was kept of the early look, changed.
fn early(change: impl Fn(&mut Value)) -> Kept {
    let test = launched(&json!({}));
    let early = Report::new(&test, &totals(&test, rows(&test, 90, true), at(9)), at(9), None);
    let mut kept = serde_json::to_value(early.kept()).unwrap();
    change(&mut kept);
    Kept::read(json(&kept).as_bytes())
}

fn is_restarted(report: &Report) -> bool {
    report.warnings.iter().any(|warning| warning.code == Code::SequentialRestarted)
}

#[test]
fn what_a_look_has_shown_survives_a_version_that_is_not_known() {
    let kept = early(|kept| {
        kept["version"] = json!(7);
        kept["verdict"] = json!("in words that are not known here");
        kept["goals"][0]["comparisons"][0]["how"] = json!({ "new": true });
    });
    assert_eq!(kept.report(), None);
    assert_eq!(late(Some(&kept)), full());
    assert_ne!(late(None).goals, full().goals, "without memory the p-values are others");
}

#[test]
fn what_a_look_has_shown_survives_a_report_that_lacks_a_part_it_does_not_rest_on() {
    let kept = early(|kept| drop(kept.as_object_mut().unwrap().shift_remove("maturity")));
    assert_eq!((kept.report(), late(Some(&kept))), (None, full()));
}

#[test]
fn a_report_that_cannot_remember_says_so_and_so_do_all_after_it() {
    let renamed = early(|kept| {
        kept["version"] = json!(7);
        let own = kept["goals"][0]["comparisons"][0].as_object_mut().unwrap();
        let p = own.shift_remove("p_value").unwrap();
        own.insert("p".to_owned(), p);
    });
    let unknown = early(|kept| {
        kept["version"] = json!(7);
        kept["goals"][0]["comparisons"][0]["method"] = json!("a_method_of_version_7");
    });
    for kept in [
        renamed,
        unknown,
        Kept::read(b"{\"version\":1,\"goals\":[{\"go"),
        Kept::read(b""),
        Kept::Unread(None),
    ] {
        assert_eq!(kept, Kept::Unread(None));
        let report = late(Some(&kept));
        assert_eq!(report.goals, late(None).goals);
        let warning = report.warnings.last().unwrap();
        assert_eq!(warning.code, Code::SequentialRestarted);
        assert!(warning.detail.contains("looks before 2026-12-24T10:00:00Z"), "{}", warning.detail);
        assert!(warning.detail.len() <= 300);
        let next = late(Some(&Kept::from(report.clone())));
        assert_eq!(next.warnings, report.warnings, "it holds for the rest of the phase");
        let unread =
            Kept::read(json(&report.kept()).replacen("\"version\":1", "\"version\":7", 1).as_bytes());
        assert_eq!(late(Some(&unread)).warnings, report.warnings, "and it is remembered like the p-values");
    }
    assert!(!is_restarted(&full()) && !is_restarted(&late(None)));
}

#[test]
fn words_that_no_scene_has_are_stored_as_they_always_were_and_told_as_they_are_stored() {
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
