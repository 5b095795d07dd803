//! A line of a file as an item of a request. All of this is pure.

pub mod account;
pub mod attribute;
pub mod derived;
pub mod moment;
pub mod number;
pub mod outcome;
pub mod unit;
pub mod version;

use serde_json::Value;

/// An item of a request that a line gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The item as it is sent.
    pub body: Value,
    /// Equal for lines that are the same item.
    pub identity: String,
}

/// Returns a cell for a message, cut to a readable length.
#[must_use]
pub fn quoted(cell: &str) -> String {
    const LENGTH: usize = 60;
    let cut: String = cell.chars().take(LENGTH).collect();
    let more = if cut.len() < cell.len() { "…" } else { "" };
    format!("\"{}{more}\"", crate::text::printable(&cut))
}
