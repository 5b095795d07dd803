//! Whether units fell into the arms as the weights say.

use serde::{Deserialize, Serialize};
use stats::srm::{self, Stratum};

use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;

/// The sample-ratio check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SampleRatio {
    /// p-value that may be watched; null while there are no units.
    pub p: Option<f64>,
    /// False when p is under 0.001.
    pub ok: bool,
    /// Chi-square p-value of this look alone; null while there are too few units to say.
    pub fixed_horizon_p: Option<f64>,
}

impl SampleRatio {
    /// The check of all units, each held to the weights that it came under.
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
