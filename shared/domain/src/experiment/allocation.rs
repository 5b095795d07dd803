//! How the weights of a test are set.

use serde::{Deserialize, Serialize};

/// Who sets the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The author sets the weights and may change them.
    #[default]
    Fixed,
    /// The test sets its weights from the results so far.
    Adaptive,
    /// The caller assigns the units and sends each unit's variant.
    External,
}

/// The `allocation` of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Who sets the weights.
    pub mode: Mode,
    /// The minimum weight of an arm in basis points, for adaptive tests only. The default is 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<u32>,
    /// The weight that control keeps in basis points, for adaptive tests only. By default, it follows the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_share: Option<u32>,
}
