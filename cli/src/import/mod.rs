//! `bellwether assign` and `bellwether convert`: send the lines of a CSV file to a test. `bellwether accounts import`: sends
//! them to the directory of accounts.
//!
//! ```text
//! file: bytes ──> text ──> lines and columns        (pure)
//! infer: a column    ──> the type of its cells      (pure)
//! line: a line ──> a request item, or why not       (pure)
//! delivery: items ──> batches ──> the server ──> what became of each item
//! report: a CSV file of the lines that were not taken
//! ```

pub mod accounts;
pub mod assign;
pub mod convert;
pub mod delivery;
pub mod file;
pub mod infer;
pub mod line;
mod moves;
mod options;
mod overview;
mod plan;
mod progress;
mod recorded;
mod report;
mod send;
mod tally;

use crate::Failure;
use file::columns::Columns;
pub use options::Common;

/// Fails unless a column is the id of the unit.
fn require_unit(columns: &Columns) -> Result<(), Failure> {
    if columns.place("unit_id").is_some() {
        return Ok(());
    }
    let header = columns.unused(|_| false);
    Err(Failure::usage(format!(
        "no column is the unit_id; specify it with --column unit_id=HEADER (the columns are {header})"
    )))
}
