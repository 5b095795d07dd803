//! Versions of outcomes.

use serde::{Deserialize, Serialize};

/// The highest version: the greatest number that a request may contain, which every JSON parser reads exactly.
const HIGHEST: u64 = 1_000_000_000_000_000;

/// The error for a number that is not a version. It states the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 0 to 1000000000000000")]
pub struct NotAVersion;

/// The version of an outcome, 0 to 10^15. The highest one counts. A modification time in milliseconds is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Version(u64);

impl Version {
    /// The version of an outcome that is sent without one.
    pub const FIRST: Self = Self(0);

    /// Parses the number.
    ///
    /// # Errors
    /// Returns an error that states the limits if the number is above them.
    pub fn parse(number: u64) -> Result<Self, NotAVersion> {
        if number <= HIGHEST { Ok(Self(number)) } else { Err(NotAVersion) }
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Version {
    type Error = NotAVersion;
    fn try_from(number: u64) -> Result<Self, NotAVersion> {
        Self::parse(number)
    }
}

impl From<Version> for u64 {
    fn from(version: Version) -> Self {
        version.0
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
