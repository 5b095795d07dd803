//! The content of records and of their log lines.

use serde_json::{Value, json};

use super::*;
use crate::telemetry::log::CapturedLog;
use domain::experiment::Workspace;

fn entry(text: &str) -> Entry {
    let at = Timestamp::from_millis(1_795_255_200_250);
    let request_id = RequestId { id: text.to_owned(), extended: "Jx0abcdEFGHIjkl=".to_owned() };
    let origin = Provenance { at, request_id, source: None, unique: [0xab; 16] };
    let acme = Workspace::parse("acme").unwrap();
    origin.record(&acme, text, Action::Refused, text).denied().detail(text)
}

#[test]
fn every_record_has_one_line_in_the_log() {
    let captured = CapturedLog::start();
    let forged = "a\r\n{\"message\":\"audit\"}\nb\rc\u{2028}d";
    entry(forged).log();
    let text = captured.text();
    assert_eq!((text.matches('\n').count(), text.matches('\r').count()), (1, 0), "{text}");
    let line: Value = serde_json::from_str(&text).unwrap();
    let record: Value = serde_json::from_str(line["audit"].as_str().unwrap()).unwrap();
    for field in ["request_id", "actor", "target", "detail"] {
        assert_eq!(record[field], forged, "{field}");
    }
    assert_eq!((&record["at"], &record["outcome"]), (&json!("2026-11-21T10:00:00.25Z"), &json!("denied")));
}

#[test]
fn a_record_has_the_gateways_own_id_beside_the_callers() {
    let item = entry("x").item().unwrap();
    let text = |name| crate::store::item::text(&item, name).unwrap().to_owned();
    assert_eq!((text("request_id"), text("extended_request_id")), ("x".into(), "Jx0abcdEFGHIjkl=".into()));
    let mut operators = entry("x");
    operators.record.extended_request_id.clear();
    assert!(!operators.item().unwrap().contains_key("extended_request_id"));
}

#[test]
fn a_change_names_the_changed_fields_without_their_values() {
    let (old, new) = (
        json!({ "a": 1, "b": [2], "revision": 1 }),
        json!({ "a": 1, "b": [3], "c": "secret", "revision": 2 }),
    );
    let response = entry("x").change(2, &old, &new).record.detail.unwrap();
    assert_eq!(response, "revision 2: b, c");
}

#[test]
fn records_are_sorted_by_time_and_have_distinct_keys() {
    let item = entry("x").item().unwrap();
    let sk = crate::store::item::text(&item, "sk").unwrap().to_owned();
    assert_eq!(sk, format!("001795255200250 {}", "ab".repeat(16)));
}

#[test]
fn records_of_one_workspace_are_spread_over_sixteen_partitions() {
    let partition = |first: u8| {
        let mut entry = entry("x");
        entry.unique[0] = first;
        crate::store::item::text(&entry.item().unwrap(), "pk").unwrap().to_owned()
    };
    assert_eq!(
        (partition(0), partition(9), partition(31)),
        ("acme/00".to_owned(), "acme/09".to_owned(), "acme/15".to_owned())
    );
    let all: std::collections::BTreeSet<String> = (0..=u8::MAX).map(partition).collect();
    assert_eq!(all.len(), 16);
}
