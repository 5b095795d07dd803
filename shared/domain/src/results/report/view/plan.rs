//! The units that the primary goal needs, in a response.

use serde::Serialize;

use crate::results::verdict::outlook::{Basis, Needs, Outlook};

/// The units that the primary goal needs, in a response. The response about a new test contains it too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlanView {
    from: Basis,
    baseline: f64,
    effect: Option<f64>,
    units_needed: Option<NeedsView<u64>>,
    smallest_effect: Option<NeedsView<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct NeedsView<T> {
    fixed_horizon: Option<T>,
    sequential: Option<T>,
}

impl From<&Outlook> for PlanView {
    fn from(own: &Outlook) -> Self {
        Self {
            from: own.from,
            baseline: own.baseline,
            effect: own.effect,
            units_needed: own.units_needed.map(NeedsView::from),
            smallest_effect: own.smallest_effect.map(NeedsView::from),
        }
    }
}

impl<T> From<Needs<T>> for NeedsView<T> {
    fn from(own: Needs<T>) -> Self {
        Self { fixed_horizon: own.fixed_horizon, sequential: own.sequential }
    }
}
