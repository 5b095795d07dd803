//! The printed report: figures, their ratios to the bare function, and the targets.

use std::time::Duration;

use crate::measure::{Figures, Spread};
use crate::subject::Subject;

/// The target for CPU time from process start to first poll, with all clients built.
const START_CPU: Duration = Duration::from_millis(6);
/// The target for calls to DynamoDB: a first invocation reads the test and stores the assignment, and a warm
/// one for a known account makes none.
const CALLS: (u64, u64) = (2, 0);
/// The target for the ratio of a warm assignment's instructions to the bare function's.
const INSTRUCTIONS: f64 = 2.5;
/// The target for the ratio of a warm assignment's instructions with log line and metrics to those without.
const LOGGING: f64 = 1.1;
/// The target for a page of metrics of 300 started tests.
const PAGE: Duration = Duration::from_secs(1);

/// Prints the times. Returns false when there are too many calls to DynamoDB.
#[must_use]
pub fn times(subjects: &[Subject], figures: &[Figures]) -> bool {
    heading(subjects);
    row("start to first poll, CPU ms", figures, |f| f.start, 1e3);
    row("first invocation, CPU ms", figures, |f| f.first, 1e3);
    row("warm invocation, CPU us", figures, |f| f.warm, 1e6);
    row("warm invocation, wall us", figures, |f| f.warm_wall, 1e6);
    line("peak memory, MiB", figures.iter().map(|f| format!("{:.1}", megabytes(f.peak_kib))));
    line(
        "DynamoDB calls, first; 2,000 warm",
        figures.iter().map(|f| format!("{}; {}", f.calls.0, f.calls.1)),
    );
    let Some(first) = figures.first() else { return false };
    println!();
    verdict("start to first poll at most 6 ms of CPU", first.start.median <= START_CPU);
    let calls = first.calls.0 <= CALLS.0 && first.calls.1 <= CALLS.1;
    verdict("at most 2 calls to DynamoDB at first, none when warm", calls);
    calls
}

/// Prints the counts. Returns false when there are too many instructions.
#[must_use]
pub fn instructions(subjects: &[Subject], counts: &[u64]) -> bool {
    heading(subjects);
    line("warm invocation, instructions", counts.iter().map(ToString::to_string));
    let [assign, hello, ..] = counts else { return false };
    let ratios = counts.iter().map(|count| format!("{:.2}", ratio(*count, *hello)));
    line("  ratio to hello", ratios);
    println!();
    let met = ratio(*assign, *hello) <= INSTRUCTIONS;
    verdict("a warm assignment at most 2.5 x the instructions of hello", met);
    met
}

/// Prints the cost of the log line and the metrics. Returns false when it is too high.
#[must_use]
pub fn logging(response: u64, silent: u64) -> bool {
    let ratio_to_silent = ratio(response, silent);
    line("  without log line and metrics", std::iter::once(silent.to_string()));
    line("  with them, ratio to without", std::iter::once(format!("{ratio_to_silent:.3}")));
    println!();
    let met = ratio_to_silent <= LOGGING;
    verdict("log line and metrics at most 1.1 x the instructions without", met);
    met
}

/// Prints the time for a page of metrics of that many started tests. Returns false when it is over a second.
#[must_use]
pub fn page(tests: u32, page: Spread) -> bool {
    println!("\nGET /metrics of {tests} started tests, wall ms: {:.0}", page.median.as_secs_f64() * 1e3);
    let met = page.median <= PAGE;
    verdict("a page of metrics of 300 started tests within a second", met);
    met
}

fn heading(subjects: &[Subject]) {
    println!();
    line("", subjects.iter().map(|subject| subject.name.to_owned()));
}

/// Prints a median with its quartiles, and the ratio of the median to that of the bare function, which is
/// second.
fn row(name: &str, figures: &[Figures], of: impl Fn(&Figures) -> Spread, unit: f64) {
    let number = |time: Duration| time.as_secs_f64() * unit;
    let digits = if unit > 1e3 { 0 } else { 2 };
    let cell = |f: &Figures| {
        let Spread { low, median, high } = of(f);
        format!("{:.digits$} ({:.digits$} to {:.digits$})", number(median), number(low), number(high))
    };
    line(name, figures.iter().map(cell));
    let Some(hello) = figures.get(1).map(|f| of(f).median.as_secs_f64()) else { return };
    line("  ratio to hello", figures.iter().map(|f| format!("{:.2}", of(f).median.as_secs_f64() / hello)));
}

fn line(name: &str, cells: impl Iterator<Item = String>) {
    print!("{name:<34}");
    cells.for_each(|cell| print!("{cell:>24}"));
    println!();
}

fn verdict(target: &str, met: bool) {
    println!("{}: {target}", if met { "met" } else { "MISSED" });
}

#[expect(clippy::cast_precision_loss, reason = "printed to two digits")]
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b as f64
}

#[expect(clippy::cast_precision_loss, reason = "printed to one digit")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
