//! The rules of `allocation`: what an adaptive test may be. Each names a design whose readings were not shown to keep
//! their error rate.

#[cfg(test)]
mod tests;

use stats::adaptive::thompson::FLOOR;
use stats::adaptive::{Measure, calibrated};

use crate::experiment::BasisPoints;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::wire::{GoalBody, TestBody};
use crate::validation::Invalid;

/// Returns every rule of `allocation` that the body violates.
pub(super) fn broken(body: &TestBody) -> Vec<Invalid> {
    let allocation = body.allocation;
    if allocation.mode != Mode::Adaptive {
        let only = |name: &str, given: Option<u32>| {
            let detail = "must be omitted unless the mode is adaptive";
            given.map(|_| Invalid::new(format!("/allocation/{name}"), detail))
        };
        let all = [only("floor", allocation.floor), only("control_share", allocation.control_share)];
        return all.into_iter().flatten().collect();
    }
    let mut broken = weights(body);
    let primary = body.goals.iter().find(|goal| goal.role == Role::Primary);
    if let Err(refused) = calibrated(measure(primary), body.variants.len()) {
        broken.push(Invalid::new("/allocation/mode", format!("cannot be adaptive: {}", refused.reason())));
    }
    if body.coverage != BasisPoints::WHOLE.get() {
        let detail = "must be 10000 in an adaptive test: its readings are calibrated for tests in which every \
                      targeted account takes part";
        broken.push(Invalid::new("/coverage", detail));
    }
    broken.extend(body.goals.iter().enumerate().filter_map(|(index, goal)| guardrail(index, goal)));
    broken
}

fn measure(primary: Option<&GoalBody>) -> Measure {
    match primary.map(|goal| goal.kind) {
        Some(Kind::Count | Kind::Sum) => Measure::Number,
        Some(Kind::Ratio) => Measure::Ratio,
        Some(Kind::Binary) | None => Measure::Binary,
    }
}

/// Checks the weights at the start, and the weight that control keeps.
fn weights(body: &TestBody) -> Vec<Invalid> {
    let mut broken = Vec::new();
    let floor = body.allocation.floor.unwrap_or(FLOOR);
    if body.variants.iter().any(|variant| variant.weight < floor) {
        let detail = format!("must each have a weight of {floor} or more in an adaptive test");
        broken.push(Invalid::new("/variants", detail));
    }
    let all = floor.saturating_mul(u32::try_from(body.variants.len()).unwrap_or(u32::MAX));
    if all == BasisPoints::WHOLE.get() {
        let detail =
            "must be 1000 with five variants: with 2000, the weights of all variants would stay the same";
        broken.push(Invalid::new("/allocation/floor", detail));
    }
    let Some(kept) = body.allocation.control_share else { return broken };
    let mut refuse = |detail: String| broken.push(Invalid::new("/allocation/control_share", detail));
    let treatments = body.variants.len().saturating_sub(1);
    if treatments < 2 {
        refuse(
            "requires three variants or more: with two, the weights of both would stay the same; leave it out, or \
             choose the mode fixed"
                .to_owned(),
        );
    }
    let most = BasisPoints::WHOLE
        .get()
        .saturating_sub(floor.saturating_mul(u32::try_from(treatments).unwrap_or(u32::MAX)));
    if most >= floor && !(floor..=most).contains(&kept) {
        refuse(format!(
            "must be {floor} to {most} basis points, so that every variant can keep the lowest weight of {floor}"
        ));
    }
    if body.variants.iter().any(|variant| variant.is_control && variant.weight != kept) {
        refuse("must be the weight of the variant with is_control true, which keeps it".to_owned());
    }
    broken
}

/// Returns the error of a guardrail that an adaptive test cannot read.
fn guardrail(index: usize, goal: &GoalBody) -> Option<Invalid> {
    let detail = "must be binary for a guardrail of an adaptive test: the reading of a guardrail requires outcomes with \
                  a known greatest value, and for other goals simulations do not show that it keeps its error rate. \
                  Count the accounts above a limit as a binary goal, or choose the mode fixed";
    let refused = goal.role == Role::Guardrail && goal.kind != Kind::Binary;
    refused.then(|| Invalid::new(format!("/goals/{index}/kind"), detail))
}
