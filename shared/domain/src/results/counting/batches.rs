//! The units of an adaptive test past a goal's window, by the weights under which they were assigned.

use stats::adaptive::Batch;
use stats::adaptive::sizes::Sizes;
use stats::moments::Moments;

use crate::experiment::Experiment;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Goal, Kind, Role};
use crate::results::counting::totals::Totals;

/// One arm of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchArm {
    /// The moments of each unit's number.
    pub moments: Moments,
    /// The sizes of these numbers. Empty for a binary goal, whose moments are sufficient.
    pub sizes: Sizes,
}

impl BatchArm {
    /// Adds a unit's number of a goal of this kind.
    pub(super) fn add(&mut self, number: f64, kind: Kind) {
        self.moments.add(number);
        if kind != Kind::Binary {
            self.sizes.add(number);
        }
    }

    /// Adds the units of another part of the same arm.
    pub(super) fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.sizes.merge(&other.sizes);
    }
}

/// Returns whether units of this goal are counted by batch: for the goals that an adaptive test reads.
fn is_read(test: &Experiment, goal: &Goal) -> bool {
    test.definition.allocation.mode == Mode::Adaptive && matches!(goal.role, Role::Primary | Role::Guardrail)
}

/// Returns the batches of each goal, without units: by goal, weighting and arm.
pub(super) fn empty(test: &Experiment) -> Vec<Vec<Vec<BatchArm>>> {
    let arms = vec![BatchArm::default(); test.definition.variants.len()];
    let weightings = test.weightings.len().max(1);
    let of = |goal: &Goal| vec![arms.clone(); if is_read(test, goal) { weightings } else { 0 }];
    test.definition.goals.iter().map(of).collect()
}

/// Returns the units past the window of the goal numbered `goal`, by the weights under which they were assigned.
#[must_use]
pub fn batches(test: &Experiment, totals: &Totals, goal: usize) -> Vec<Batch> {
    let own = totals.batches.get(goal).map(Vec::as_slice).unwrap_or_default();
    let of = |(weighting, arms): (&crate::experiment::Weighting, &Vec<BatchArm>)| Batch {
        weights: weighting.weights.iter().map(|weight| weight.get()).collect(),
        arms: arms.iter().map(|arm| arm.moments).collect(),
        sizes: arms.iter().map(|arm| arm.sizes.clone()).collect(),
    };
    test.weightings.iter().zip(own).map(of).collect()
}
