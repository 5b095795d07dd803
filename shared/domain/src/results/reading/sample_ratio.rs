//! Whether the numbers of units in the arms match the weights.

use serde::{Deserialize, Serialize};
use stats::srm::{self, Stratum};

use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;

/// The sample-ratio check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SampleRatio {
    /// The sequential p-value. Null while there are no units.
    pub p: Option<f64>,
    /// False when `p` is under 0.001.
    pub ok: bool,
    /// The chi-square p-value of this analysis alone. Null while there are too few units.
    pub fixed_horizon_p: Option<f64>,
}

impl SampleRatio {
    /// Checks all units, each against the weights under which it was assigned.
    #[must_use]
    pub fn of(test: &Experiment, totals: &Totals) -> Self {
        let strata = test.weightings.iter().zip(&totals.strata).map(|(weighting, units)| Stratum {
            weights: weighting.weights.iter().map(|weight| weight.get()).collect(),
            units,
        });
        let strata: Vec<_> = strata.collect();
        let p = srm::sequential(&strata);
        Self { p, ok: p.is_none_or(|p| p >= srm::THRESHOLD), fixed_horizon_p: srm::p_value(&strata) }
    }
}
