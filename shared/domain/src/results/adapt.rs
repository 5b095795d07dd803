//! Computes the next weights of an adaptive test.

#[cfg(test)]
mod tests;

use stats::adaptive::thompson::{FLOOR, weights};

use crate::experiment::allocation::Mode;
use crate::experiment::goal::Role;
use crate::experiment::{BasisPoints, Experiment, Status};
use crate::results::counting::totals::Totals;
use crate::results::reading::pair::end;

/// The number of units that must be assigned under one set of weights before the next. With fewer, too many
/// batches have an empty arm and give no information.
pub const BATCH: u64 = 20;

/// The number of units past their window that each arm needs before the author's weights are replaced.
const MIN_KNOWN: u64 = 5;

/// The number of basis points by which some weight must move. A phase has at most 200 changes.
const MIN_MOVE: u32 = 200;

/// Returns the weights that follow from the outcomes so far. It uses only units past the primary goal's
/// window, because units inside the window may still convert. Returns None when no weight would move enough,
/// when fewer than [`BATCH`] units were assigned under the current weights, or when too few units are past
/// their window.
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
    if arms.iter().any(|(units, _)| *units < MIN_KNOWN) {
        return None;
    }
    let floor = definition.allocation.floor.unwrap_or(FLOOR);
    let next = weights(&arms, end(goal.direction), floor, None)?;
    let next: Vec<_> = next.into_iter().map(BasisPoints::parse).collect::<Result<_, _>>().ok()?;
    let now = definition.variants.iter().map(|variant| variant.weight.get());
    let moved = now.zip(&next).any(|(now, next)| now.abs_diff(next.get()) >= MIN_MOVE);
    moved.then_some(next)
}
