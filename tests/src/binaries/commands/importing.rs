//! Tests `assign`, `convert` and `results` on a running server.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use serde_json::{Value, json};
use testing::commands::{Ended, Terminal};

use super::Ground;

const ASSIGN: [&str; 9] = [
    "assign",
    "imported",
    "--column",
    "unit_id=Firm",
    "--attribute",
    "industry=Branch",
    "--attribute",
    "employees:number=No. of employees",
    "--csv",
];

/// A list of accounts as Excel saves it, with one line of each kind of problem.
const ACCOUNTS: &str = "\u{feff}Firm;Branch;No. of employees\r\nacme.com;software;250\r\nsmall.example;retail;40\r\n\r\n\
    bad.example;retail;1.234,56\r\nshort.example\r\nacme.com;software;250\r\nacme.com;retail;250\r\n";

#[test]
fn a_list_of_accounts_is_assigned_and_the_lines_that_were_not_taken_are_reported() {
    let ground = Ground::start();
    ground.launch(
        "imported",
        json!({ "targeting": { "employees": { "$gte": 200 } }, "segments": ["industry"] }),
    );
    let utf16: Vec<u8> = ACCOUNTS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    ground.terminal.file("accounts.csv", utf16);
    let ended = ground.terminal.run(&[&ASSIGN[..], &["accounts.csv", "--variants", "variants.csv"]].concat());
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.err.contains("accounts.csv: 6 lines, separated by semicolons, UTF-16LE"), "{ended:?}");
    assert!(ended.err.contains("unit_id      column \"Firm\""), "{ended:?}");
    let summary = "taken      2: 1 new, 1 not targeted\nrepeated   1, equal to an earlier line and sent once\nnot taken  3\n";
    assert_eq!(ended.out, summary);
    let read = |name: &str| std::fs::read_to_string(ground.terminal.path().join(name)).unwrap();
    assert_reported(&read("accounts.not-taken.csv"));
    let variants = read("variants.csv");
    assert!(variants.starts_with("line,unit_id,variant,reason\n2,acme.com,"), "{variants}");
    assert!(variants.ends_with("3,small.example,,not_targeted\n"), "{variants}");

    // The corrected report is a file to send.
    let corrected = "line,reason,Firm,Branch,No. of employees\n5,,bad.example,retail,1234.56\n";
    ground.terminal.file("accounts.not-taken.csv", corrected);
    let corrected = ground.terminal.run(&[&ASSIGN[..], &["accounts.not-taken.csv"]].concat());
    assert!(corrected.code == Some(0) && corrected.out.starts_with("taken      1: 1 new\n"), "{corrected:?}");
}

fn assert_reported(report: &str) {
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!((lines.len(), lines[0]), (4, "line,reason,Firm,Branch,No. of employees"), "{report}");
    assert!(lines[1].starts_with("5,\"employees: \"\"1.234,56\"\" is not a number"), "{report}");
    assert!(lines[2].starts_with("6,the line has another number of columns (1)"), "{report}");
    assert!(
        lines[3].starts_with("8,line 2 has the same id with other values,acme.com,retail,250"),
        "{report}"
    );
}

#[test]
fn outcomes_are_recorded_once_however_often_the_command_is_repeated() {
    let ground = Ground::start();
    ground.launch("imported", json!({}));
    ground.terminal.file("accounts.csv", "domain\nacme.com\nglobex.com\n");
    assert_eq!(ground.terminal.run(&["assign", "imported", "--csv", "accounts.csv"]).code, Some(0));
    ground.terminal.file(
        "deals.csv",
        "Company domain\tAmount\nACME.com\t100.50\nglobex.com\t7\nacme.com\t100.5\nunknown.example\t1\n",
    );
    let arguments = ["convert", "imported", "--csv", "deals.csv", "--goal", "pipeline", "--lowercase-units"];
    let first = ground.terminal.run(&arguments);
    assert_eq!(
        first.out,
        "taken      3: 3 new\nrepeated   1, equal to an earlier line and sent once\nnot taken  0\n",
        "{first:?}"
    );
    let second = ground.terminal.run(&arguments);
    assert!(second.out.starts_with("taken      3: 3 already recorded\n"), "{second:?}");
    let each = ground.terminal.run(&[&arguments[..], &["--count-equal-lines"]].concat());
    assert!(each.out.starts_with("taken      4: 3 already recorded, 1 new\nnot taken  0"), "{each:?}");

    let results = ground.terminal.run(&["results", "imported", "--fresh", "--json"]);
    let results: Value = serde_json::from_str(&results.out).unwrap();
    let total: f64 = results["goals"][1]["arms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arm| arm["total"].as_f64().unwrap())
        .sum();
    assert!((total - 208.0).abs() < 1e-9, "{results}");
    assert_eq!(results["outcomes"][1]["unknown_unit"], 1);
    let table = ground.terminal.run(&["results", "imported"]);
    assert!(table.out.starts_with("verdict       "), "{table:?}");
    let csv = ground.terminal.run(&["results", "imported", "--csv"]);
    assert_eq!((csv.code, csv.out.lines().count()), (Some(0), 5), "{csv:?}");
}

#[test]
fn an_outcome_that_moved_to_another_account_is_removed_there_and_counts_once() {
    let ground = Ground::start();
    ground.launch("imported", json!({}));
    ground.terminal.file("accounts.csv", "domain\nacme.com\nglobex.com\n");
    let assigned = ground.terminal.run(&["assign", "imported", "--csv", "accounts.csv"]);
    assert_eq!(assigned.code, Some(0), "{assigned:?}");
    let arguments = |file: &'static str| ["convert", "imported", "--csv", file, "--goal", "pipeline"];
    let total = || {
        let results = ground.terminal.run(&["results", "imported", "--fresh", "--json"]);
        let results: Value = serde_json::from_str(&results.out).unwrap();
        let arms = results["goals"][1]["arms"].as_array().unwrap().clone();
        let sum: f64 = arms.iter().map(|arm| arm["total"].as_f64().unwrap()).sum();
        (sum.to_string(), results["outcomes"][1]["counted"].clone(), results["outcomes"][1]["void"].clone())
    };
    ground.terminal.file("january.csv", "domain;deal id;amount\nacme.com;d-1;1.200,50\nglobex.com;d-2;7\n");
    let first = ground.terminal.run(&arguments("january.csv"));
    assert!(first.code == Some(0) && first.err.contains("numbers as 1.234,56"), "{first:?}");
    assert_eq!(total(), ("1207.5".to_owned(), json!(2), Value::Null));
    ground
        .terminal
        .file("february.csv", "domain;deal id;amount\nglobex.com;d-1;1.200,50\nglobex.com;d-2;7\n");
    let moved = ground.terminal.run(&arguments("february.csv"));
    assert!(moved.err.contains("1 outcomes are removed from another account or goal"), "{moved:?}");
    assert!(moved.out.starts_with("taken      3: 1 already recorded, 1 new, 1 removed\n"), "{moved:?}");
    assert_eq!(total(), ("1207.5".to_owned(), json!(2), json!(1)), "it counts once, for the other account");
    let again = ground.terminal.run(&arguments("february.csv"));
    assert!(again.out.starts_with("taken      2: 2 already recorded\n"), "{again:?}");
    let recorded = ground.terminal.path().join("imported.recorded.jsonl");
    assert_eq!(std::fs::read_to_string(recorded).unwrap().lines().count(), 3);
}

/// Counts connections, and closes each.
fn counting() -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            counter.fetch_add(1, Relaxed);
        }
    });
    (url, count)
}

#[test]
fn a_dry_run_sends_nothing_and_needs_no_session() {
    let (url, connections) = counting();
    let terminal = Terminal::new();
    terminal.file("deals.csv", "domain,amount\nacme.com,5\nbad.example,five\n");
    let run = |more: &[&str]| {
        let arguments = ["convert", "t", "--csv", "deals.csv", "--goal", "pipeline", "--retry-for", "0"];
        let mut command = terminal.command(&[&arguments[..], more].concat());
        command
            .env("BELLWETHER_URL", &url)
            .env("BELLWETHER_CLIENT_ID", "c")
            .env("BELLWETHER_CLIENT_SECRET", "s");
        Ended::of(&command.output().unwrap())
    };
    let dry = run(&["--dry-run"]);
    assert_eq!((dry.code, connections.load(Relaxed)), (Some(3), 0), "{dry:?}");
    assert!(dry.out.contains("dry run: 1 conversions in 1 requests; nothing was sent"), "{dry:?}");
    assert!(dry.out.contains("\"unit_id\": \"acme.com\""), "{dry:?}");
    let real = run(&[]);
    assert_eq!(real.code, Some(1), "{real:?}");
    assert!(connections.load(Relaxed) > 0, "the server counts connections");
    let report = std::fs::read_to_string(terminal.path().join("deals.not-taken.csv")).unwrap();
    assert_eq!(report.lines().count(), 3, "an unsent line is in the report too: {report}");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_that_names_the_line_or_column() {
    let terminal = Terminal::new();
    let said = |content: &[u8], more: &[&str]| {
        terminal.file("deals.csv", content);
        let arguments = ["convert", "t", "--csv", "deals.csv", "--dry-run", "--server", "http://localhost:1"];
        let ended = terminal.run(&[&arguments[..], more].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        ended.err
    };
    assert!(said(b"domain,goal\na,g\n\xe4,g\n", &[]).contains("line 3 is not UTF-8"));
    assert!(
        said(b"firm,goal\na,g\n", &[])
            .contains("no column is the unit_id; specify it with --column unit_id=HEADER")
    );
    assert!(
        said(b"domain\na\n", &[])
            .contains("no column is the goal; specify one goal for all lines with --goal")
    );
    assert!(
        said(b"domain,goal\na,g\n", &["--timezone", "Mars"]).contains("the time zone \"Mars\" is not known")
    );
    assert!(said(b"", &[]).contains("the file is empty"));
    let missing = terminal.run(&["convert", "t", "--csv", "none.csv"]);
    assert!(missing.code == Some(2) && missing.err.contains("none.csv cannot be read"), "{missing:?}");
}
