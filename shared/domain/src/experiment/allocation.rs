//! How the weights of a test are set.

use serde::{Deserialize, Serialize};

/// How weights are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By the author; changed by hand if at all.
    #[default]
    Fixed,
    /// By the results, as they come in.
    Adaptive,
    /// By the caller, who names each unit's variant.
    External,
}

/// The `allocation` of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// How weights are set.
    pub mode: Mode,
    /// The least weight of an arm, in basis points; adaptive tests only, 1,000 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<u32>,
}
