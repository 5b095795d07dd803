//! Versions of outcomes in cells, and whether an outcome is removed.

use domain::clock::Timestamp;
use domain::experiment::Version;
use jiff::tz::TimeZone;

use super::moment::{self, Day};
use super::quoted;

/// Parses a version: a whole number, or the time of a modification, which is sent in milliseconds since 1970.
///
/// # Errors
/// When the cell is neither.
pub fn parse(cell: &str, zone: Option<&TimeZone>) -> Result<u64, String> {
    let number = cell.parse::<u64>().ok().or_else(|| {
        let moment = moment::parse(cell, zone, Day::Beginning).ok()?;
        let at = Timestamp::try_from(moment.sent).ok()?;
        u64::try_from(at.millis()).ok()
    });
    let version = number.and_then(|number| Version::parse(number).ok());
    version.map(Version::get).ok_or_else(|| {
        format!("version: {} is neither a whole number from 0 to 1e15 nor a time", quoted(cell))
    })
}

/// Parses whether the outcome is removed.
///
/// # Errors
/// When the cell is neither true nor false.
pub fn void(cell: &str) -> Result<bool, String> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("void: {} is neither true nor false", quoted(cell))),
    }
}
