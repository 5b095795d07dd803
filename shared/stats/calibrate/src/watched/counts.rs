//! What was counted in a cell.

use serde::{Deserialize, Serialize};

/// The counts of a cell. Information is 1 at the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Simulated tests.
    pub runs: u32,
    /// Decided by the plan. In a family, a wrong decision.
    pub by_plan: u32,
    /// Decided by twice the plan.
    pub decided: u32,
    /// The information at the decision, added up. At most 2 for each test.
    pub information: f64,
    /// Found by the fixed-horizon test at the plan.
    pub fixed: u32,
    /// Decided by the mixture by the plan.
    pub mixture_by_plan: u32,
    /// Decided by the mixture by twice the plan.
    pub mixture: u32,
    /// The information at its decision, added up.
    pub mixture_information: f64,
    /// Tests that the results of `domain` decided otherwise than the simulation, or could not decide.
    #[serde(default)]
    pub differ: u32,
    /// Tests that were also decided by the next two methods.
    #[serde(default)]
    pub compared: u32,
    /// Decided by twice the plan when the units of all weights are drawn as one.
    #[serde(default)]
    pub pooled: u32,
    /// Decided by twice the plan by stages with the boundary of Brownian motion.
    #[serde(default)]
    pub normal: u32,
}

impl Counts {
    /// Adds the counts of other repetitions.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.by_plan += other.by_plan;
        self.decided += other.decided;
        self.information += other.information;
        self.fixed += other.fixed;
        self.mixture_by_plan += other.mixture_by_plan;
        self.mixture += other.mixture;
        self.mixture_information += other.mixture_information;
        self.differ += other.differ;
        self.compared += other.compared;
        self.pooled += other.pooled;
        self.normal += other.normal;
    }

    /// Returns whether at most 5 % and three Monte Carlo standard errors of the tests were decided.
    #[must_use]
    pub fn holds(&self) -> bool {
        holds(self.decided, self.runs)
    }

    /// Returns the same for the mixture.
    #[must_use]
    pub fn mixture_holds(&self) -> bool {
        holds(self.mixture, self.runs)
    }
}

/// Returns whether this number of errors is at most 5 % and three Monte Carlo standard errors.
#[must_use]
pub fn holds(errors: u32, runs: u32) -> bool {
    let runs = f64::from(runs);
    f64::from(errors) <= 0.05 * runs + 3.0 * (0.05 * 0.95 * runs).sqrt()
}
