//! Plans: how many units and days a test needs, and the power that it has by when. A plan needs no test.

mod answer;
mod request;
mod wire;

#[cfg(test)]
mod tests;

pub use answer::{Milestone, PlanAnswer};
pub(crate) use answer::{daily, tenths};
pub use request::PlanRequest;
pub use wire::PlanBody;

use stats::planning::{Outcome, Visitor};

use crate::experiment::goal::Kind;

/// The assumed intraclass correlation of the outcomes within an account, if the author does not specify it.
pub const USUAL_CORRELATION: f64 = 0.05;

/// What is known of a goal before a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baseline {
    /// The kind of the goal.
    pub kind: Kind,
    /// Control's value: a rate, a mean per unit, or a ratio.
    pub value: f64,
    /// The standard deviation per unit of a count or sum.
    pub deviation: Option<f64>,
    /// The mean of a ratio's denominator per unit.
    pub size: Option<f64>,
    /// The correlation of the outcomes within one unit of a ratio.
    pub correlation: Option<f64>,
}

impl Baseline {
    /// Returns the outcome of a unit, as the methods of planning take it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.kind {
            Kind::Binary => Outcome::Binary { rate: self.value },
            Kind::Count | Kind::Sum => Outcome::Mean { deviation: self.deviation.unwrap_or_default() },
            Kind::Ratio => Outcome::Ratio {
                visitor: Visitor::Converts { rate: self.value },
                visitors: self.size.unwrap_or(1.0),
                unevenness: 0.0,
                correlation: self.correlation.unwrap_or(USUAL_CORRELATION),
            },
        }
    }
}

/// Returns the error rate of one of several comparisons with control: the share of 5 % that Holm's method gives
/// to the first one that it decides.
#[must_use]
pub fn level(weights: &[u32]) -> f64 {
    let compared = weights.iter().filter(|weight| **weight > 0).count().saturating_sub(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "at most 19")]
    let compared = compared as f64;
    stats::spending::LEVEL / compared
}
