//! Rules between the fields of a test: what no limit of one field can say.

use std::collections::BTreeSet;

use super::BasisPoints;
use super::definition::Mode;
use super::goal::{Kind, Role};
use super::wire::{GoalBody, TestBody, VariantBody};
use crate::validation::{Invalid, escape};

/// Every rule that the body breaks.
pub(super) fn broken(body: &TestBody) -> Vec<Invalid> {
    let mut broken = variant_rules(&body.variants);
    broken.extend(goal_rules(&body.goals));
    if body.allocation.mode == Mode::Adaptive {
        let detail = "adaptive allocation is not built yet; use fixed or external";
        broken.push(Invalid::new("/allocation/mode", detail));
    }
    if repeated(body.segments.iter()).is_some() {
        broken.push(Invalid::new("/segments", "must not name an attribute twice"));
    }
    for (unit, variant) in &body.overrides {
        if body.variants.iter().all(|v| v.key != *variant) {
            let pointer = format!("/overrides/{}", escape(unit));
            broken.push(Invalid::new(pointer, "must name a variant of this test"));
        }
    }
    broken
}

fn variant_rules(variants: &[VariantBody]) -> Vec<Invalid> {
    let mut broken = Vec::new();
    if let Some(index) = repeated(variants.iter().map(|v| &v.key)) {
        broken.push(Invalid::new(format!("/variants/{index}/key"), "is used by another variant"));
    }
    let sum: u32 = variants.iter().map(|v| v.weight).sum();
    if sum != BasisPoints::WHOLE.get() {
        let detail = format!("must have weights that sum to 10000 basis points, these sum to {sum}");
        broken.push(Invalid::new("/variants", detail));
    }
    let controls = variants.iter().filter(|v| v.is_control).count();
    if controls != 1 {
        let detail = format!("must hold exactly one with is_control true, {controls} have it");
        broken.push(Invalid::new("/variants", detail));
    }
    broken
}

fn goal_rules(goals: &[GoalBody]) -> Vec<Invalid> {
    let mut broken = Vec::new();
    if let Some(index) = repeated(goals.iter().map(|g| &g.key)) {
        broken.push(Invalid::new(format!("/goals/{index}/key"), "is used by another goal"));
    }
    for (index, goal) in goals.iter().enumerate() {
        if goal.kind == Kind::Ratio {
            let detail = "goals of kind ratio are not built yet; use binary, count or sum";
            broken.push(Invalid::new(format!("/goals/{index}/kind"), detail));
        }
        if (goal.role == Role::Guardrail) != goal.margin.is_some() {
            let detail = "is required for a goal of role guardrail, and must be left out for any other";
            broken.push(Invalid::new(format!("/goals/{index}/margin"), detail));
        }
    }
    let primaries = goals.iter().filter(|g| g.role == Role::Primary).count();
    if primaries != 1 {
        let detail = format!("must hold exactly one of role primary, {primaries} are");
        broken.push(Invalid::new("/goals", detail));
    }
    broken
}

/// The index of the first item that stands earlier already.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> Option<usize> {
    let mut seen = BTreeSet::new();
    items.enumerate().find_map(|(index, item)| (!seen.insert(item)).then_some(index))
}
