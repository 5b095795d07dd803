//! How a reading was computed, in the words that reports use.

use serde::{Deserialize, Serialize};

/// How the reading to decide by was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A sequence of intervals that holds whenever one looks.
    AlwaysValid,
    /// Of an adaptive test that runs: bets against "no difference".
    EProcess,
    /// Of an adaptive test that is over: one look at units stratified by the weights they came under.
    BatchStratified,
    /// Nothing is read.
    None,
}

impl Method {
    /// Whether what one look has shown stays shown at the next.
    #[must_use]
    pub fn is_sequential(self) -> bool {
        matches!(self, Self::AlwaysValid | Self::EProcess)
    }
}

/// How the interval for a planned stop was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Welch's, of means.
    Welch,
    /// Agresti and Caffo's, of rates.
    AgrestiCaffo,
    /// The delta method, of ratios.
    Delta,
}

/// How the p-value for a planned stop was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PValueMethod {
    /// By the interval's formula.
    Formula,
    /// By all permutations of the units.
    PermutationAll,
    /// By permutations that were drawn.
    PermutationDrawn,
    /// Of known units, by other deals that are as balanced.
    Rerandomization,
}
