//! Whether the numbers of units in the arms match the weights.

use serde::{Deserialize, Serialize};
use stats::always_valid::lowest;
use stats::srm::{self, Stratum};

use crate::experiment::Experiment;
use crate::experiment::allocation::Mode;
use crate::results::counting::totals::Totals;

/// The sample-ratio check.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SampleRatio {
    /// The sequential p-value, the lowest of all interim looks of the phase so far. For an external test, that
    /// of this interim look. Null while there are no units.
    pub p: Option<f64>,
    /// False when `p` is under 0.001.
    pub ok: bool,
    /// The chi-square p-value of this analysis alone. Null while there are too few units.
    pub fixed_horizon_p: Option<f64>,
}

impl SampleRatio {
    /// Checks all units, also erased ones, each against the weights under which it was assigned. `before` is `p` at the last
    /// interim look. An alarm remains for the phase, because a fault that is no longer visible in the counts
    /// has affected the units all the same.
    ///
    /// An external test forgets earlier interim looks: an import can be sorted by variant, so the counts that
    /// are seen during the import need not match the weights.
    #[must_use]
    pub fn of(test: &Experiment, totals: &Totals, before: Option<f64>) -> Self {
        let sum = |(units, erased): (&Vec<u64>, &Vec<u64>)| -> Vec<u64> {
            units.iter().zip(erased).map(|(units, erased)| units + erased).collect()
        };
        let assigned: Vec<Vec<u64>> = totals.strata.iter().zip(&totals.erased).map(sum).collect();
        let strata = test.weightings.iter().zip(&assigned).map(|(weighting, units)| Stratum {
            weights: weighting.weights.iter().map(|weight| weight.get()).collect(),
            units,
        });
        let strata: Vec<_> = strata.collect();
        let before = before.filter(|_| test.definition.allocation.mode != Mode::External);
        let p = lowest(before, srm::sequential(&strata));
        Self { p, ok: p.is_none_or(|p| p >= srm::THRESHOLD), fixed_horizon_p: srm::p_value(&strata) }
    }

    /// Returns the e-value of `p`, from 1 to 1e300.
    #[must_use]
    pub fn e_value(&self) -> Option<f64> {
        self.p.map(srm::evidence)
    }
}
