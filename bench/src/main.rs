//! `make bench`: measures the cost of `assign-variant` as built for Lambda, next to functions that do
//! nothing.
//!
//! [`subject`] defines what is measured, [`measure`] times it, [`instructions`] counts under callgrind, and
//! [`process`] and [`proxy`] are the instruments. With the argument `first`, it measures first responses below
//! a share of a core instead ([`mod@first`]). docs/PERFORMANCE.md explains the figures.
//!
//! Exits with 1 when a count exceeds its target. Times are printed but do not affect the exit code.

mod first;
mod instructions;
mod measure;
mod process;
mod proxy;
mod report;
mod subject;

use std::process::ExitCode;

use proxy::Proxy;
use subject::Subject;
use testing::cloud::Cloud;
use testing::runtime::project;

/// The number of started tests on the page of metrics.
const STARTED: u32 = 300;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((_, functions)) = arguments.split_first().filter(|(mode, _)| *mode == "first") {
        return first(functions).await;
    }
    everything_else().await
}

/// Measures the function next to functions that do nothing.
async fn everything_else() -> ExitCode {
    let cloud = Cloud::start().await;
    subject::launch_test(&cloud).await;
    let proxy = Proxy::start(&cloud.dynamodb).await;
    let subjects = Subject::all(&cloud, &proxy.endpoint);
    let mut figures = Vec::new();
    for subject in &subjects {
        eprintln!("bench: {}", subject.name);
        figures.push(measure::measure(subject, &proxy).await);
    }
    let mut met = report::times(&subjects, &figures);
    eprintln!("bench: export-metrics");
    subject::launch_counted(&cloud, STARTED).await;
    met &= report::page(STARTED, measure::wall(&Subject::of_metrics(&cloud)).await);
    if !instructions::can_count() {
        eprintln!("bench: instructions are not counted: valgrind is not installed");
        return if met { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let folder = project().join("target/callgrind");
    std::fs::create_dir_all(&folder).expect("a folder under target");
    let mut counts = Vec::new();
    for subject in &subjects {
        eprintln!("bench: {} under callgrind", subject.name);
        counts.push(instructions::of_a_warm_invocation(subject, &folder).await);
    }
    let silent = subjects[0].silent("assign-variant-silent");
    eprintln!("bench: {} under callgrind", silent.name);
    let silent = instructions::of_a_warm_invocation(&silent, &folder).await;
    met &= report::instructions(&subjects, &counts);
    met &= report::logging(counts[0], silent);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures first responses only. Times do not affect the exit code.
async fn first(functions: &[String]) -> ExitCode {
    if let Err(cause) = first::run(functions).await {
        eprintln!("bench: first responses are not measured, because no process can be limited: {cause}");
    }
    ExitCode::SUCCESS
}
