//! The options of `bellwether serve`.

use std::path::PathBuf;

use bellwether::clock::Clock;
use clap::Args;
use domain::clock::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// The options of `bellwether serve`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag on the command line")]
pub struct Options {
    /// The port on localhost; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    pub port: u16,

    /// The folder for tests, users, keys and the log
    #[arg(long, value_name = "DIR", default_value = ".bellwether", conflicts_with = "memory")]
    pub data: PathBuf,

    /// Store everything in memory and delete it at the end
    #[arg(long)]
    pub memory: bool,

    /// Delete the data and start with an empty folder; asks first
    #[arg(long, conflicts_with_all = ["memory", "dynamodb"])]
    pub fresh: bool,

    /// Do not ask before deleting with --fresh
    #[arg(long, requires = "fresh")]
    pub yes: bool,

    /// Use the DynamoDB at this address instead of the embedded one
    #[arg(long, value_name = "URL", conflicts_with = "memory")]
    pub dynamodb: Option<String>,

    /// Print the functions' log lines
    #[arg(long, short)]
    pub verbose: bool,

    /// Seconds between two aggregations of running tests
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub aggregate_every: u64,

    /// Set the server's clock this many days ahead, to try what a later day looks like
    #[arg(long, value_name = "DAYS", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=3_650))]
    pub days_later: u16,
}

impl Options {
    /// Returns the server's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let (system, ahead_ms) = (Clock::system(), i64::from(self.days_later) * DAY_MS);
        Clock::new(move || Timestamp::from_millis(system.now().millis() + ahead_ms))
    }
}
