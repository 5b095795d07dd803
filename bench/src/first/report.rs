//! The printed tables, and the targets.

use std::time::Duration;

use testing::tls_front::Traffic;

use super::share::CORE;
use super::{Limited, Phase, Row, STARTS, Sample};

/// The targets of `assign-variant` with 128 MB: start and response together.
const TOGETHER: [(Limited, Duration); 2] = [
    (Limited::FromPoll(128), Duration::from_millis(100)),
    (Limited::FromStart(128), Duration::from_millis(300)),
];

/// Prints what the tables contain.
pub fn heading(version: u8) {
    println!("\nfirst responses: median (minimum to maximum) of {STARTS} processes, in ms");
    println!("limited by control groups of version {version}; {CORE} MB is one core");
}

/// Prints the rows of a function, its traffic and its targets.
pub fn subject(name: &str, rows: &[Row]) {
    println!("\n{name}");
    line("limited", &["start", "response", "together", "CPU of start", "CPU of response"].map(str::to_owned));
    for row in rows {
        let of = |time: fn(&Sample) -> Duration| cell(row, time);
        let cells = [
            of(|sample| sample.start.wall),
            of(|sample| sample.answer.wall),
            of(together),
            of(|sample| sample.start.cpu),
            of(|sample| sample.answer.cpu),
        ];
        line(&words(row.limited), &cells);
    }
    for (phase, of) in [("start", (|s| &s.start) as fn(&Sample) -> &Phase), ("response", |s| &s.answer)] {
        for (place, service) in ["DynamoDB", "Secrets Manager"].iter().enumerate() {
            println!("{}", traffic(phase, service, rows, |sample| of(sample).traffic[place]));
        }
    }
    if name == "assign-variant" {
        for (limited, target) in TOGETHER {
            verdict(rows, limited, target);
        }
    }
}

fn together(sample: &Sample) -> Duration {
    sample.start.wall + sample.answer.wall
}

fn words(limited: Limited) -> String {
    match limited {
        Limited::Never => "never".to_owned(),
        Limited::FromPoll(memory) => format!("from the first poll, {memory} MB"),
        Limited::FromStart(memory) => format!("from the start, {memory} MB"),
    }
}

fn sorted<T: Ord>(row: &Row, of: impl Fn(&Sample) -> T) -> Vec<T> {
    let mut values: Vec<T> = row.samples.iter().map(of).collect();
    values.sort();
    values
}

fn cell(row: &Row, of: fn(&Sample) -> Duration) -> String {
    let times = sorted(row, of);
    let at = |place: usize| times[place].as_secs_f64() * 1e3;
    format!("{:.1} ({:.1} to {:.1})", at(times.len() / 2), at(0), at(times.len() - 1))
}

/// The median of each count over all processes, with the highest number of connections and calls.
fn traffic(phase: &str, service: &str, rows: &[Row], of: impl Fn(&Sample) -> Traffic) -> String {
    let all: Vec<Traffic> = rows.iter().flat_map(|row| &row.samples).map(of).collect();
    let median = |count: fn(&Traffic) -> u64| {
        let mut counts: Vec<u64> = all.iter().map(count).collect();
        counts.sort_unstable();
        counts[counts.len() / 2]
    };
    let most = |count: fn(&Traffic) -> u64| all.iter().map(count).max().unwrap_or_default();
    format!(
        "{phase}, {service}: {} TLS handshakes (at most {}), {} calls (at most {}), {} bytes sent, {} received",
        median(|t| t.handshakes),
        most(|t| t.handshakes),
        median(|t| t.calls),
        most(|t| t.calls),
        median(|t| t.sent),
        median(|t| t.received),
    )
}

fn line(name: &str, cells: &[String]) {
    print!("{name:<30}");
    for cell in cells {
        print!("{cell:>26}");
    }
    println!();
}

fn verdict(rows: &[Row], limited: Limited, target: Duration) {
    let Some(row) = rows.iter().find(|row| row.limited == limited) else { return };
    let median = sorted(row, together)[row.samples.len() / 2];
    let words = format!("limited {}: together at most {} ms", words(limited), target.as_millis());
    match median.checked_sub(target).filter(|over| !over.is_zero()) {
        None => println!("met: {words}"),
        Some(over) => println!("falls short by {:.1} ms: {words}", over.as_secs_f64() * 1e3),
    }
}
