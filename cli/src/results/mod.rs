//! `bellwether results`: prints the results of a test as a table with intervals, as JSON, or as CSV.
//!
//! [`report`] is the part of the answer that is printed, [`table`] and [`bar`] draw it, and [`rows`] writes CSV.

pub mod bar;
pub mod number;
pub mod report;
pub mod rows;
pub mod table;
#[cfg(test)]
mod tests;

use clap::Args;
use serde::Deserialize;

use crate::Failure;
use crate::account::ServerOption;
use crate::client::Client;
use crate::path::segment;
use crate::text::{printable_json, show};
use report::Report;

/// Prints the results of a test: the verdict first, then the goals with their intervals.
///
/// Each comparison with control has its 95 % interval as a bar: `[` and `]` are its ends, `o` is the estimate, and `|` is zero.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether results pricing-page
  bellwether results pricing-page --fresh --json
  bellwether results pricing-page --csv > results.csv")]
pub struct Options {
    /// The id of the test
    test: String,

    #[command(flatten)]
    server: ServerOption,

    /// Count again instead of printing the last count of the schedule
    #[arg(long)]
    fresh: bool,

    /// The number of an earlier phase
    #[arg(long, value_name = "NUMBER")]
    phase: Option<u32>,

    /// Print the answer of the server as JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,

    /// Print one line of CSV for each goal and variant
    #[arg(long)]
    csv: bool,
}

/// Prints the results.
///
/// # Errors
/// When the server cannot be reached, or rejects the request.
pub fn run(options: &Options) -> Result<(), Failure> {
    let client = Client::find(options.server.server.as_deref())?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    if options.fresh {
        query.append_pair("fresh", "true");
    }
    if let Some(phase) = options.phase {
        query.append_pair("phase", &phase.to_string());
    }
    let path = format!("/tests/{}/results?{}", segment(&options.test), query.finish());
    let answer = client.call("GET", path.trim_end_matches('?'), None)?;
    if options.json {
        return show(&(printable_json(&answer) + "\n"));
    }
    let report = Report::deserialize(&answer);
    let report = report.map_err(|error| {
        Failure::new(format!("the results have an unknown form ({error}); update bellwether, or use --json"))
    })?;
    show(&if options.csv { rows::csv(&report)? } else { table::text(&report) })
}
