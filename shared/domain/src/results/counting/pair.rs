//! The totals of one arm and of control, for one goal.

use stats::agresti_caffo::Rate;
use stats::delta;
use stats::sample::Sample;

use super::totals::GoalTotals;
use crate::experiment::goal::Kind;

/// Control and one other arm, for one goal.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The kind of the goal.
    pub kind: Kind,
    /// Control's totals.
    pub control: &'a GoalTotals,
    /// The other arm's.
    pub treatment: &'a GoalTotals,
}

impl Pair<'_> {
    /// Returns both arms as units, mean (or ratio) and variance, or None when there are too few units.
    #[must_use]
    pub fn samples(&self) -> Option<(Sample, Sample)> {
        let one = |arm: &GoalTotals| match self.kind {
            Kind::Ratio => delta::sample(&arm.paired),
            Kind::Binary | Kind::Count | Kind::Sum => arm.moments.sample(),
        };
        Some((one(self.control)?, one(self.treatment)?))
    }

    /// Returns the units of control and of the other arm.
    #[must_use]
    pub fn units(&self) -> (u64, u64) {
        (self.control.moments.units(), self.treatment.moments.units())
    }

    /// Returns the units of control and of the other arm, with those that converted.
    #[must_use]
    pub fn rates(&self) -> (Rate, Rate) {
        let rate = |arm: &GoalTotals| Rate { converted: arm.converted, units: arm.moments.units() };
        (rate(self.control), rate(self.treatment))
    }
}
