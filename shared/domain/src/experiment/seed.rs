//! The seed of a phase.

use serde::{Deserialize, Serialize};

use super::bucket::Prefix;

/// What buckets are drawn from: 64 random bits in hexadecimal, new for every phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Seed {
    text: String,
    hash: Prefix,
    coverage: Prefix,
}

/// What stands between the seed and the unit in the hash that decides who is covered.
const COVERAGE: &str = "/coverage";

impl Seed {
    /// From eight random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self::from(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// One of the seeds that follow from this one.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Self {
        Self::from(format!("{}.{number}", self.text))
    }

    /// The text that is hashed before the unit.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its hash, from which a unit's arm is drawn by [`super::bucket::Bucket::after`].
    #[must_use]
    pub fn hash(&self) -> Prefix {
        self.hash
    }

    /// The hash from which it is drawn whether a unit is covered.
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
