//! Variants and their weights.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::VariantKey;

/// A share in hundredths of a percent, 0 to 10,000. Shares are integers, so that every computer gets the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct BasisPoints(u16);

impl BasisPoints {
    /// The whole: 10,000 basis points.
    pub const WHOLE: Self = Self(10_000);

    /// Parses a share.
    ///
    /// # Errors
    /// Returns an error if `points` is over 10,000.
    pub fn parse(points: u32) -> Result<Self, NotBasisPoints> {
        match u16::try_from(points) {
            Ok(points) if points <= Self::WHOLE.0 => Ok(Self(points)),
            _ => Err(NotBasisPoints),
        }
    }

    /// Returns the share as an integer, 0 to 10,000.
    #[must_use]
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

/// The error for a share outside 0 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 0 to 10000 basis points (10000 is 100 %)")]
pub struct NotBasisPoints;

impl TryFrom<u32> for BasisPoints {
    type Error = NotBasisPoints;
    fn try_from(points: u32) -> Result<Self, NotBasisPoints> {
        Self::parse(points)
    }
}

impl From<BasisPoints> for u32 {
    fn from(points: BasisPoints) -> Self {
        points.get()
    }
}

/// One arm of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// The arm's name, unique in the test.
    pub key: VariantKey,
    /// The arm's share of the assigned units. The shares of all arms sum to 10,000.
    pub weight: BasisPoints,
    /// Whether the other arms are compared with this arm. Exactly one arm is the control.
    pub is_control: bool,
    /// The parameters that the caller applies for an account in this arm; at most 16 KB of JSON.
    pub parameters: Map<String, Value>,
}
