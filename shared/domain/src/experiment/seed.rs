//! The seed of a phase.

use serde::{Deserialize, Serialize};

use super::bucket::Prefix;

/// A seed: 64 random bits in hexadecimal, new for every phase. Buckets are drawn from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Seed {
    text: String,
    hash: Prefix,
    coverage: Prefix,
}

/// The text between the seed and the unit in the hash that determines coverage.
const COVERAGE: &str = "/coverage";

impl Seed {
    /// Creates a seed from eight random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self::from(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// Returns one of the numbered seeds that are derived from this one.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Self {
        Self::from(format!("{}.{number}", self.text))
    }

    /// Returns the text that is hashed before the unit.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the hash from which [`super::bucket::Bucket::after`] draws a unit's arm.
    #[must_use]
    pub fn hash(&self) -> Prefix {
        self.hash
    }

    /// Returns the hash from which a unit's coverage is drawn.
    #[must_use]
    pub fn coverage(&self) -> Prefix {
        self.coverage
    }
}

impl From<String> for Seed {
    fn from(text: String) -> Self {
        let hash = Prefix::of(&text);
        Self { hash, coverage: hash.apart(COVERAGE), text }
    }
}

impl From<Seed> for String {
    fn from(seed: Seed) -> Self {
        seed.text
    }
}
