//! Where an account stands in lists.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The place of an account in lists: when it was created, and a random number. It says nothing about the account, so
/// it can be part of a query string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place(String);

/// A text that is not a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a place in a list")]
pub struct NotAPlace;

impl Place {
    /// Creates a place. Accounts that are created later come after it.
    #[must_use]
    pub fn new(created_at: Timestamp, random: [u8; 16]) -> Self {
        let mut text = format!("{:015}-", created_at.millis().max(0));
        for byte in random {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Returns its text, in the order of lists.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Place {
    type Error = NotAPlace;

    fn try_from(text: String) -> Result<Self, NotAPlace> {
        let (time, random) = text.split_once('-').ok_or(NotAPlace)?;
        let digits = time.len() == 15 && time.bytes().all(|byte| byte.is_ascii_digit());
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = digits && random.len() == 32 && random.bytes().all(hex);
        fits.then_some(Self(text)).ok_or(NotAPlace)
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_the_order_of_creation_and_are_read_back() {
        let at = |millis: i64, byte: u8| Place::new(Timestamp::from_millis(millis), [byte; 16]);
        assert!(at(9, 255) < at(10, 0) && at(10, 0) < at(10, 1) && at(999, 0) < at(1_000, 0));
        assert_eq!(Place::try_from(at(10, 7).as_str().to_owned()), Ok(at(10, 7)));
        for bad in
            ["", "acme.com", "000000000000010", "000000000000010-acme", "1-00000000000000000000000000000000"]
        {
            assert_eq!(Place::try_from(bad.to_owned()), Err(NotAPlace), "{bad}");
        }
    }
}
