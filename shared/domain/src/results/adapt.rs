//! The next weights of an adaptive test.

#[cfg(test)]
mod tests;

use stats::adaptive::thompson::{FLOOR, weights};

use crate::experiment::allocation::Mode;
use crate::experiment::goal::Role;
use crate::experiment::{BasisPoints, Experiment, Status};
use crate::results::counting::totals::Totals;
use crate::results::reading::pair::end;

/// Units that come under one set of weights before the next: with fewer, too many batches hold nobody
/// of one arm and say nothing.
pub const BATCH: u64 = 20;

/// Units past their window in each arm before its author's weights are left.
const LEAST_KNOWN: u64 = 5;

/// Basis points by which some weight has to move: there are 200 changes in a phase.
const LEAST_MOVE: u32 = 200;

/// The weights that what is known by now calls for, from units past the primary goal's window alone:
/// whoever is still inside it may yet convert. None when they would hardly move, when the present ones
/// have not held for [`BATCH`] units, or when too little is known.
#[must_use]
pub fn next_weights(test: &Experiment, totals: &Totals) -> Option<Vec<BasisPoints>> {
    let definition = &test.definition;
    let adapts = definition.allocation.mode == Mode::Adaptive && test.status == Status::Running;
    let batch: u64 = totals.strata.last()?.iter().sum();
    if !adapts || batch < BATCH {
        return None;
    }
    let goal = definition.goals.iter().find(|goal| goal.role == Role::Primary)?;
    let arm = |arm: usize| {
        let own = || totals.batches.iter().map(|batch| &batch[arm]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of units")]
        let converted = own().map(|moments| moments.total().round() as u64).sum();
        (own().map(stats::moments::Moments::units).sum(), converted)
    };
    let arms: Vec<(u64, u64)> = (0..definition.variants.len()).map(arm).collect();
    if arms.iter().any(|(units, _)| *units < LEAST_KNOWN) {
        return None;
    }
    let floor = definition.allocation.floor.unwrap_or(FLOOR);
    let next = weights(&arms, end(goal.direction), floor, None)?;
    let next: Vec<_> = next.into_iter().map(BasisPoints::parse).collect::<Result<_, _>>().ok()?;
    let now = definition.variants.iter().map(|variant| variant.weight.get());
    let moved = now.zip(&next).any(|(now, next)| now.abs_diff(next.get()) >= LEAST_MOVE);
    moved.then_some(next)
}
