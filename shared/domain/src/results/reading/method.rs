//! The methods of readings, as reports name them.

use serde::{Deserialize, Serialize};

/// The method of the reading to decide by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Re-randomization at each interim look, with alpha spending.
    Rerandomization,
    /// The e-process of a running adaptive test.
    EProcess,
    /// The final reading of an adaptive test, stratified by the weights under which units were assigned.
    BatchStratified,
    /// No reading.
    None,
}

impl Method {
    /// Returns whether the lowest p-value of earlier reports is kept. The looks of re-randomization are stored by
    /// themselves.
    #[must_use]
    pub fn is_sequential(self) -> bool {
        matches!(self, Self::EProcess)
    }
}

/// The method of the interval at a fixed horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Welch's interval, for means.
    Welch,
    /// Agresti and Caffo's interval, for rates.
    AgrestiCaffo,
    /// The delta method, for ratios.
    Delta,
}

/// The method of the p-value at a fixed horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PValueMethod {
    /// The interval's formula.
    Formula,
    /// All permutations of the units.
    PermutationAll,
    /// Randomly drawn permutations.
    PermutationDrawn,
    /// For known units: other randomizations that are as balanced.
    Rerandomization,
}
