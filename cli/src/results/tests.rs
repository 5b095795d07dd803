//! Tests with the examples of results in openapi.yaml.

use serde::Deserialize;
use serde_json::Value;

use super::report::{Betting, Report};
use super::{rows, table};

fn example(name: &str) -> Report {
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    let contract: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(contract).unwrap()).unwrap();
    Report::deserialize(&contract["components"]["examples"][name]["value"]).unwrap()
}

#[test]
fn results_are_the_verdict_and_then_a_table_with_bars() {
    assert_eq!(table::text(&example("Results")), include_str!("golden/results.txt"));
}

#[test]
fn results_without_units_and_after_a_restart_are_printed() {
    let empty = table::text(&example("EmptyResults"));
    assert!(empty.starts_with("verdict "), "{empty}");
    let restarted = table::text(&example("RestartedResults"));
    assert!(restarted.contains("\nwarning       "), "{restarted}");
}

#[test]
fn a_second_opinion_has_a_line_that_names_it() {
    let mut report = example("Results");
    report.goals[0].comparisons[0].betting = Some(Betting { p_value: 0.0312 });
    let text = table::text(&report);
    assert!(text.contains("\n  calculator: second opinion by betting at any look, p 0.0312\n"), "{text}");
}

#[test]
fn results_as_csv_have_a_line_for_each_goal_and_variant() {
    assert_eq!(rows::csv(&example("Results")).unwrap(), include_str!("golden/results.csv"));
}

#[test]
fn texts_of_a_server_cannot_control_the_terminal() {
    let mut report = example("Results");
    report.verdict.sentence = "Ship\u{1b}]0;x\u{7}".to_owned();
    report.verdict.reasons = vec!["a\nverdict       Stop".to_owned()];
    report.goals[0].goal = "goal\r".to_owned();
    report.goals[0].arms[0].variant = "\u{9b}2J".to_owned();
    report.goals[0].comparisons[0].variant = "\u{202e}".to_owned();
    report.segments[0].values[0].value = "\u{1b}[1m".to_owned();
    report.outcomes[0].goal = "\u{7f}".to_owned();
    let text = table::text(&report);
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    assert_eq!(text.matches("\nverdict ").count(), 0, "{text}");
}
