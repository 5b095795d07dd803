//! Keyed names of accounts.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// The number of hexadecimal digits of a pseudonym.
const DIGITS: usize = 32;

/// The first 128 bits of a keyed hash of an account's id. Without the key, it cannot be computed from the id, nor
/// be compared with a list of ids. It is written as 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pseudonym([u8; 16]);

impl Pseudonym {
    /// Creates a pseudonym from the first 16 bytes of a keyed hash of 32 bytes.
    #[must_use]
    pub fn of_tag(tag: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&tag[..16]);
        Self(bytes)
    }

    /// Creates a pseudonym from its stored bytes. None for another number of bytes than 16.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the bytes that are stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Parses the written form.
    ///
    /// # Errors
    /// Returns an error that states the form.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be 32 lower-case hexadecimal digits";
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return Err(FORM);
        }
        u128::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| FORM)
    }
}

impl std::fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl TryFrom<String> for Pseudonym {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Pseudonym> for String {
    fn from(own: Pseudonym) -> Self {
        let mut text = String::with_capacity(DIGITS);
        let _ = write!(text, "{own}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_read_back_from_its_text_and_its_bytes() {
        for tag in [[0; 32], [255; 32], std::array::from_fn(|n| u8::try_from(n).unwrap())] {
            let own = Pseudonym::of_tag(&tag);
            assert_eq!(Pseudonym::parse(&own.to_string()), Ok(own));
            assert_eq!(Pseudonym::of_bytes(own.as_bytes()), Some(own));
        }
        for bad in
            ["", "0", &"0".repeat(31), &"g".repeat(32), &"A".repeat(32), "+0000000000000000000000000000000"]
        {
            assert!(Pseudonym::parse(bad).is_err(), "{bad:?}");
        }
    }
}
