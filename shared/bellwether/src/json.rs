//! Strict JSON parsing: cases that RFC 8259 leaves open are refused. These are repeated names in an object,
//! nesting deeper than 32, numbers beyond ±1e15 (above which not every integer and sum is exact in a double),
//! and numbers nearer to 0 than 1e-100. Integers are therefore exact, and any other number is the nearest
//! double, which keeps its first 15 digits.

mod strict;
#[cfg(test)]
mod tests;
mod vanishing;

use serde::de::DeserializeSeed;
use serde_json::Value;

use strict::{Broken, Progress, Strict};
use vanishing::vanishing;

use domain::validation::{Invalid, pointer};

/// The maximum nesting of objects and arrays.
pub const DEPTH: usize = 32;
/// The largest absolute value of a number.
pub const LARGEST: f64 = 1e15;
/// The smallest number above 0. DynamoDB stores smaller ones, so it is well within the range.
pub const SMALLEST: f64 = 1e-100;

const OUT_OF_RANGE: &str = "must be a number between -1e15 and 1e15, and 0 or at least 1e-100 in size";

/// The error of `serde_json` for a number that is infinite as a double. Such a number is valid JSON.
const TOO_LARGE: &str = "number out of range";

/// The reason why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The text is not JSON, or is nested too deeply. Contains the message.
    Malformed(String),
    /// A name is repeated or a number is out of range.
    Field(Invalid),
}

/// Parses a text.
///
/// # Errors
/// When it is not JSON, or contains a case that is refused here.
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
            "The body is not valid JSON at line {}, column {}.",
            error.line(),
            error.column()
        )),
    })
}
