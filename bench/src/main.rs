//! `make bench`: what `assign-variant` costs as built for Lambda, beside functions that do nothing.
//!
//! [`subject`] says what is measured, [`measure`] times it, [`instructions`] counts under callgrind,
//! [`process`] and [`proxy`] are the instruments. docs/PERFORMANCE.md says what the figures mean.
//!
//! Exits with 1 when a count misses its target; times are printed and judged by their reader.

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

/// Started tests on a page of metrics.
const STARTED: u32 = 300;

#[tokio::main]
async fn main() -> ExitCode {
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
    met &= report::telling(counts[0], silent);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
