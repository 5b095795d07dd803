//! What the reader sees: figures, their ratio to the bare function, and the targets.

use std::time::Duration;

use crate::measure::{Figures, Spread};
use crate::subject::Subject;

/// CPU from process start to first poll, with all clients built.
const START_CPU: Duration = Duration::from_millis(6);
/// Calls to DynamoDB: a first invocation reads the test and puts the assignment, a warm one that has
/// seen the account makes none.
const CALLS: (u64, u64) = (2, 0);
/// A warm assignment's instructions, in those of the bare function.
const INSTRUCTIONS: f64 = 2.5;
/// A warm assignment's instructions with its line in the log and its metrics, in those without.
const TELLING: f64 = 1.1;
/// A page of metrics of 300 started tests.
const PAGE: Duration = Duration::from_secs(1);

/// Prints what was timed; false when the calls to DynamoDB are too many.
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
    verdict("at most 2 calls of DynamoDB at first, none when warm", calls);
    calls
}

/// Prints what was counted; false when there are too many instructions.
#[must_use]
pub fn instructions(subjects: &[Subject], counts: &[u64]) -> bool {
    heading(subjects);
    line("warm invocation, instructions", counts.iter().map(ToString::to_string));
    let [assign, hello, ..] = counts else { return false };
    let ratios = counts.iter().map(|count| format!("{:.2}", ratio(*count, *hello)));
    line("  in those of hello", ratios);
    println!();
    let met = ratio(*assign, *hello) <= INSTRUCTIONS;
    verdict("a warm assignment at most 2.5 x the instructions of hello", met);
    met
}

/// Prints what it costs to tell of a request; false when that is too much.
#[must_use]
pub fn telling(response: u64, silent: u64) -> bool {
    let dearer = ratio(response, silent);
    line("  without log line and metrics", std::iter::once(silent.to_string()));
    line("  with them, in those without", std::iter::once(format!("{dearer:.3}")));
    println!();
    let met = dearer <= TELLING;
    verdict("log line and metrics at most 1.1 x the instructions without", met);
    met
}

/// Prints how long a page of metrics of so many started tests takes; false when that is over a second.
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

/// A median, its quartiles, and the median in those of the bare function, which is second.
fn row(name: &str, figures: &[Figures], of: impl Fn(&Figures) -> Spread, unit: f64) {
    let number = |time: Duration| time.as_secs_f64() * unit;
    let digits = if unit > 1e3 { 0 } else { 2 };
    let cell = |f: &Figures| {
        let Spread { low, median, high } = of(f);
        format!("{:.digits$} ({:.digits$} to {:.digits$})", number(median), number(low), number(high))
    };
    line(name, figures.iter().map(cell));
    let Some(hello) = figures.get(1).map(|f| of(f).median.as_secs_f64()) else { return };
    line("  in those of hello", figures.iter().map(|f| format!("{:.2}", of(f).median.as_secs_f64() / hello)));
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
