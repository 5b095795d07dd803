//! The limits of the fields of request bodies, each with its error message.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};
use stats::adaptive::thompson::{FLOOR, HIGH_FLOOR};
use validator::ValidationError;

use super::PARAMETERS_BYTES;
use crate::experiment::BasisPoints;
use crate::experiment::id::AttributeName;

fn refused(detail: &'static str) -> ValidationError {
    ValidationError::new("limit").with_message(Cow::Borrowed(detail))
}

/// Checks a display name.
///
/// # Errors
/// Returns an error if the name is empty, too long or contains a control character.
pub fn title(text: &str) -> Result<(), ValidationError> {
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then_some(()).ok_or_else(|| refused("must be 1 to 200 characters without control characters"))
}

pub(super) fn prose(text: &str) -> Result<(), ValidationError> {
    let bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    let fits = text.chars().count() <= 2_000 && !text.chars().any(bad);
    fits.then_some(()).ok_or_else(|| {
        refused("must be at most 2000 characters without control characters except line feed and tab")
    })
}

pub(super) fn share(points: u32) -> Result<(), ValidationError> {
    BasisPoints::parse(points)
        .map(|_| ())
        .map_err(|_| refused("must be 0 to 10000 basis points (10000 is 100 %)"))
}

pub(super) fn minimum_share(points: u32) -> Result<(), ValidationError> {
    let fits = [FLOOR, HIGH_FLOOR].contains(&points);
    fits.then_some(()).ok_or_else(|| {
        refused(
            "must be 1000 or 2000 basis points: with a lower floor, the interval of a running adaptive test \
             missed the true difference in more than 5 % of simulated tests. Set 1000, or leave it out",
        )
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "validator passes a reference")]
pub(super) fn increasing_range(range: &[u32; 2]) -> Result<(), ValidationError> {
    let fits = range[0] < range[1] && range[1] <= BasisPoints::WHOLE.get();
    fits.then_some(())
        .ok_or_else(|| refused("must be two increasing numbers from 0 to 10000, as in [0, 5000]"))
}

pub(super) fn overrides(overrides: &BTreeMap<String, String>) -> Result<(), ValidationError> {
    let fits = overrides.len() <= 100;
    fits.then_some(()).ok_or_else(|| refused("must contain at most 100 units"))
}

pub(super) fn attribute_names(names: &[String]) -> Result<(), ValidationError> {
    names.iter().try_for_each(|name| AttributeName::check(name))
}

pub(super) fn parameters(parameters: &Map<String, Value>) -> Result<(), ValidationError> {
    let bytes = serde_json::to_vec(parameters).map_or(usize::MAX, |json| json.len());
    if bytes <= PARAMETERS_BYTES { Ok(()) } else { Err(refused("must be at most 16 KB of JSON")) }
}
