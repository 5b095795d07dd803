//! Strict JSON: what RFC 8259 leaves open is refused. No name twice in an object, no nesting past
//! 32, no number past ±1e15 (beyond which not every integer survives a double with room to sum) or nearer to 0
//! than 1e-100. So an integer is exact, and any other number is the nearest double: its first 15 digits survive.

mod strict;
#[cfg(test)]
mod tests;
mod vanishing;

use serde::de::DeserializeSeed;
use serde_json::Value;

use strict::{Broken, Progress, Strict};
use vanishing::vanishing;

use domain::validation::{Invalid, pointer};

/// Deepest nesting of objects and arrays.
pub const DEPTH: usize = 32;
/// Largest number, up and down.
pub const LARGEST: f64 = 1e15;
/// Smallest number that is not 0: what DynamoDB keeps, with room to spare.
pub const SMALLEST: f64 = 1e-100;

const OUT_OF_RANGE: &str = "must be a number between -1e15 and 1e15, and 0 or at least 1e-100 in size";

/// What `serde_json` calls a number that is infinite as a double, which is JSON all the same.
const TOO_LARGE: &str = "number out of range";

/// Why a text is not taken as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no JSON, or nested too deep; says so.
    Malformed(String),
    /// A repeated name or a number out of range.
    Field(Invalid),
}

/// Parses a text.
///
/// # Errors
/// When it is no JSON, or holds what is refused here.
pub fn parse(body: &[u8]) -> Result<Value, Unreadable> {
    let state = Progress::before(vanishing(body));
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = Strict(&state).deserialize(&mut deserializer);
    let parsed = parsed.and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| match state.broken.into_inner() {
        Some(Broken::Field(field)) => Unreadable::Field(field),
        None if error.to_string().starts_with(TOO_LARGE) => {
            Unreadable::Field(Invalid::new(pointer(state.path.borrow().iter()), OUT_OF_RANGE))
        }
        Some(Broken::Depth) => {
            Unreadable::Malformed(format!("The body is nested deeper than {DEPTH} levels."))
        }
        None => Unreadable::Malformed(format!(
            "The body is no valid JSON at line {}, column {}.",
            error.line(),
            error.column()
        )),
    })
}
