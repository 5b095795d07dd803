//! How much work one decision may take. Conditions and attributes both come from outside, and lists
//! within lists multiply.

use std::cell::Cell;

/// Comparisons in one decision: a few milliseconds at the most.
const COMPARISONS: u32 = 200_000;

/// A decision that would take too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("take too much to compare with this test's targeting; send fewer or shorter lists and texts")]
pub struct TooSlow;

/// What is left for one decision.
#[derive(Debug)]
pub(super) struct Budget(Cell<u32>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(COMPARISONS))
    }

    /// Takes the cost of a piece of work; false when it must not be done any more.
    pub(super) fn allows(&self, cost: usize) -> bool {
        let cost = u32::try_from(cost).unwrap_or(u32::MAX);
        self.0.set(self.0.get().saturating_sub(cost));
        !self.is_spent()
    }

    /// Whether more was asked for than there was.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}
