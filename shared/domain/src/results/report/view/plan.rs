//! The units that the primary goal needs, in a response.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::planning::Milestone;
use crate::results::verdict::outlook::{Basis, Needs, Outlook};
use crate::results::verdict::prospect::Prospect;

/// The units that the primary goal needs, in a response. The response about a new test contains it too.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanView {
    from: Basis,
    baseline: f64,
    effect: Option<f64>,
    units_needed: Option<NeedsView<u64>>,
    smallest_effect: Option<NeedsView<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect: Option<ProspectView>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ProspectView {
    information: f64,
    days: Option<f64>,
    at: Option<Timestamp>,
    power: Vec<Milestone>,
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
            prospect: own.prospect.as_ref().map(ProspectView::from),
        }
    }
}

impl From<&Prospect> for ProspectView {
    fn from(own: &Prospect) -> Self {
        Self { information: own.information, days: own.days, at: own.at, power: own.power.clone() }
    }
}

impl<T> From<Needs<T>> for NeedsView<T> {
    fn from(own: Needs<T>) -> Self {
        Self { fixed_horizon: own.fixed_horizon, sequential: own.sequential }
    }
}
