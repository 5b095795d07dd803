//! The options that `assign` and `convert` share.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::validation::numeral::Mark;
use jiff::tz::TimeZone;

use super::file::columns::Columns;
use super::file::records::Records;
use super::line::number::Numbers;
use crate::Failure;
use crate::account::ServerOption;

/// The options that `assign` and `convert` share.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The id of the test
    pub test: String,

    /// The server
    #[command(flatten)]
    pub server: ServerOption,

    /// The CSV file, with a header line; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub csv: PathBuf,

    /// Use this column for a field; can be repeated [default: by the names in the header]
    #[arg(long = "column", value_name = "FIELD=HEADER")]
    pub columns: Vec<String>,

    /// The character between columns, or `tab` [default: found in the header line]
    #[arg(long, value_name = "CHARACTER")]
    pub separator: Option<String>,

    /// The encoding of the file, such as windows-1252 [default: UTF-8, or UTF-16 with a byte order mark]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,

    /// The time zone of times without an offset and of dates without a time, such as Europe/Berlin or UTC
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,

    /// The mark before the decimals of numbers, point or comma [default: as the numbers of the column show]
    #[arg(long, value_name = "MARK", value_parser = super::line::number::mark)]
    pub decimals: Option<Mark>,

    /// Write the ids of units in lower case: ids are compared exactly
    #[arg(long)]
    pub lowercase_units: bool,

    /// Read and check the file, show the first request, and send nothing
    #[arg(long)]
    pub dry_run: bool,

    /// The CSV file for the lines that were not taken [default: FILE.not-taken.csv next to the file]
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// The number of requests at the same time
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub concurrency: u8,

    /// The seconds for which a batch is sent again while the server is busy or does not answer
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub retry_for: u64,
}

impl Common {
    /// Returns the time zone.
    ///
    /// # Errors
    /// When its name is not known.
    pub fn zone(&self) -> Result<Option<TimeZone>, Failure> {
        let Some(name) = &self.timezone else { return Ok(None) };
        let zone = if name.eq_ignore_ascii_case("utc") { Ok(TimeZone::UTC) } else { TimeZone::get(name) };
        zone.map(Some).map_err(|_| {
            let name = crate::text::printable(name);
            Failure::usage(format!(
                "the time zone {name:?} is not known; use a name such as Europe/Berlin or UTC"
            ))
        })
    }

    /// Finds how the numbers in the column of `field` are written.
    #[must_use]
    pub fn numbers(&self, records: &Records, columns: &Columns, field: &str) -> Numbers {
        let cells = columns.place(field).into_iter().flat_map(|place| {
            records.rows.iter().filter_map(move |row| row.cells.get(place)).map(String::as_str)
        });
        Numbers::of(cells, self.decimals)
    }

    /// Returns the path of the report.
    ///
    /// # Errors
    /// When it would replace the file that is read.
    pub fn report_path(&self) -> Result<PathBuf, Failure> {
        let path = match &self.report {
            Some(path) => path.clone(),
            None if self.is_standard_input() => PathBuf::from("not-taken.csv"),
            None => self.csv.with_extension("not-taken.csv"),
        };
        let same = |a: &Path, b: &Path| {
            a == b || a.canonicalize().ok().zip(b.canonicalize().ok()).is_some_and(|(a, b)| a == b)
        };
        if same(&path, &self.csv) {
            return Err(Failure::usage(
                "the report would replace the file; specify another one with --report",
            ));
        }
        Ok(path)
    }

    /// Returns whether the lines are read from the standard input.
    #[must_use]
    pub fn is_standard_input(&self) -> bool {
        self.csv == Path::new("-")
    }

    /// Returns the name of the file for messages.
    #[must_use]
    pub fn file_name(&self) -> String {
        if self.is_standard_input() {
            return "standard input".to_owned();
        }
        crate::text::printable(&self.csv.display().to_string())
    }
}
