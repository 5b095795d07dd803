//! A second opinion on a binary goal: the e-value of [`stats::betting`].

use serde::{Deserialize, Serialize};
use stats::betting::{self, Plan, Stratum};

use super::plan::planned;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::experiment::{Experiment, Weighting};
use crate::results::counting::changed_weights::undeclared_change;
use crate::results::counting::totals::Totals;

/// The evidence that an arm differs from control, from the units past their window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Betting {
    /// The highest e-value of all counts so far. It begins with 1, and is at least 20 with a probability of at most
    /// 5 % if no outcome depends on the arm. Not corrected for several arms or goals.
    pub e_value: f64,
    /// 1 divided by it: a p-value that is valid at every count.
    pub p_value: f64,
}

impl Betting {
    /// Reads the goal numbered `index` in control and another arm. Returns None for goals that are not binary or are
    /// only recorded; without a unit past its window; for adaptive tests, whose own e-process decides; for lists of
    /// known units, whose arms depend on each other, while the e-value assumes that they do not; and for external
    /// tests whose shares have changed although their weights have not.
    #[must_use]
    pub fn read(
        test: &Experiment,
        totals: &Totals,
        (index, goal): (usize, &Goal),
        arms: (usize, usize),
    ) -> Option<Self> {
        let mode = test.definition.allocation.mode;
        let is_read = goal.kind == Kind::Binary
            && goal.role != Role::None
            && mode != Mode::Adaptive
            && test.balance.is_none()
            && (mode != Mode::External || undeclared_change(test, totals).is_none());
        if !is_read {
            return None;
        }
        let first = test.weightings.first()?;
        let expected = test.definition.expected.as_ref().filter(|_| goal.role == Role::Primary);
        let plan = Plan {
            units: planned(test, arms)?,
            share: share(first, arms)?,
            baseline: expected.map(|expected| expected.baseline),
        };
        let strata =
            test.weightings.iter().zip(totals.mature_rates.of(index)).filter_map(|(weights, rates)| {
                Some(Stratum {
                    share: share(weights, arms)?,
                    control: rates[arms.0],
                    treatment: rates[arms.1],
                })
            });
        let strata: Vec<_> = strata.collect();
        betting::betting(&strata, &plan)
            .map(|found| Self { e_value: found.e_value.max(1.0), p_value: found.p_value })
    }

    /// Returns the higher of two e-values.
    #[must_use]
    pub fn higher(self, other: Self) -> Self {
        if other.e_value > self.e_value { other } else { self }
    }
}

/// Returns the probability of the other arm for a unit in one of two arms. None when no unit can be in either.
fn share(weighting: &Weighting, (control, arm): (usize, usize)) -> Option<f64> {
    let weight = |arm: usize| weighting.weights.get(arm).map(|weight| f64::from(weight.get()));
    let (control, arm) = (weight(control)?, weight(arm)?);
    (control + arm > 0.0).then(|| arm / (control + arm))
}
