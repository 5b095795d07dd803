//! One goal in one arm, and the arms' posterior standings.

use serde::{Deserialize, Serialize};
use stats::bayes::{Standing, standings};
use stats::delta;
use stats::figure;

use super::pair::{end, posterior};
use crate::experiment::goal::{Goal, Kind};
use crate::experiment::{Experiment, Variant, VariantKey};
use crate::results::counting::totals::GoalTotals;

/// One goal in one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmReport {
    /// The arm.
    pub variant: VariantKey,
    /// Units assigned to it.
    pub units: u64,
    /// Units with at least one outcome in their window.
    pub converted: u64,
    /// The same count of units that overrides exclude. Omitted from the response when it is 0.
    #[serde(default, skip_serializing_if = "is_none")]
    pub omitted: u64,
    /// The sum over units; for a ratio, the sum of the numerators.
    pub total: f64,
    /// The mean per unit, or the ratio. Null without units.
    pub mean: Option<f64>,
    /// The probability that no other arm is better. Null for adaptive tests.
    pub best: Option<f64>,
    /// The expected loss against the best arm. Null for adaptive tests.
    pub expected_loss: Option<f64>,
}

/// Reads each arm. `fixed` is true when the arms may be compared.
pub(super) fn arm_reports(
    test: &Experiment,
    goal: &Goal,
    arms: &[&GoalTotals],
    fixed: bool,
) -> Vec<ArmReport> {
    let mut standings = if fixed { ranked(goal, arms) } else { Vec::new() }.into_iter();
    let of = |(variant, totals): (&Variant, &&GoalTotals)| {
        let standing = if totals.moments.units() > 0 { standings.next() } else { None };
        ArmReport {
            variant: variant.key.clone(),
            units: totals.moments.units(),
            converted: totals.converted,
            omitted: totals.omitted,
            total: figure(totals.moments.total()),
            mean: mean(goal.kind, totals).map(figure),
            best: standing.map(|standing| standing.best),
            expected_loss: standing.map(|standing| standing.loss),
        }
    };
    test.definition.variants.iter().zip(arms).map(of).collect()
}

/// Returns the posterior standings of the arms that have units, in their order. Empty with fewer than two of
/// them.
fn ranked(goal: &Goal, arms: &[&GoalTotals]) -> Vec<Standing> {
    let filled = arms.iter().filter(|arm| arm.moments.units() > 0);
    let posteriors: Option<Vec<_>> = filled.map(|arm| posterior(goal.kind, arm)).collect();
    let several = posteriors.filter(|all| all.len() > 1);
    several.and_then(|all| standings(&all, end(goal.direction))).unwrap_or_default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

fn mean(kind: Kind, totals: &GoalTotals) -> Option<f64> {
    if kind == Kind::Ratio {
        return delta::sample(&totals.paired).map(|sample| sample.mean);
    }
    (totals.moments.units() > 0).then(|| totals.moments.mean())
}
