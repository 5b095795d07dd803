//! Rules between the fields of a test, which the limit of a single field cannot express.

mod allocation;

use std::collections::BTreeSet;

use super::BasisPoints;
use super::allocation::Mode;
use super::goal::{Direction, Kind, Role};
use super::known::{VALUES, segment};
use super::wire::{GoalBody, TestBody, VariantBody};
use crate::validation::{Invalid, escape};

/// Returns every rule that the body violates.
pub(super) fn broken(body: &TestBody) -> Vec<Invalid> {
    let mut broken = variant_rules(&body.variants);
    broken.extend(goal_rules(&body.goals));
    broken.extend(allocation::broken(body));
    broken.extend(expected_rules(body));
    broken.extend(known_rules(body));
    if repeated(body.segments.iter()).is_some() {
        broken.push(Invalid::new("/segments", "must not contain an attribute twice"));
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
        let detail = format!("must have weights that sum to 10000 basis points, but they sum to {sum}");
        broken.push(Invalid::new("/variants", detail));
    }
    let controls = variants.iter().filter(|v| v.is_control).count();
    if controls != 1 {
        let detail = format!("must contain exactly one variant with is_control true, {controls} have it");
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
        for (name, part) in [("numerator", &goal.numerator), ("denominator", &goal.denominator)] {
            if let Some(detail) = part_rule(goal, part.as_ref(), goals) {
                broken.push(Invalid::new(format!("/goals/{index}/{name}"), detail));
            }
        }
        if (goal.role == Role::Guardrail) != goal.margin.is_some() {
            let detail = "is required for a goal of role guardrail, and must be omitted for any other";
            broken.push(Invalid::new(format!("/goals/{index}/margin"), detail));
        }
        if goal.shared && goal.kind == Kind::Ratio {
            let detail =
                "must be false or omitted for a ratio, which has no outcomes of its own; share its parts";
            broken.push(Invalid::new(format!("/goals/{index}/shared"), detail));
        }
    }
    let primaries = goals.iter().filter(|g| g.role == Role::Primary).count();
    if primaries != 1 {
        let detail = format!("must contain exactly one goal of role primary, {primaries} have it");
        broken.push(Invalid::new("/goals", detail));
    }
    broken
}

/// Returns the error in a part of a ratio.
fn part_rule(goal: &GoalBody, part: Option<&String>, goals: &[GoalBody]) -> Option<&'static str> {
    let is_ratio = goal.kind == Kind::Ratio;
    let Some(part) = part.filter(|_| is_ratio) else {
        let fits = part.is_some() == is_ratio;
        return (!fits).then_some("is required for a goal of kind ratio, and must be omitted for any other");
    };
    let named = goals.iter().find(|other| other.key == *part);
    if named.is_none_or(|named| !matches!(named.kind, Kind::Count | Kind::Sum)) {
        return Some("must name a goal of this test of kind count or sum");
    }
    (goal.numerator == goal.denominator).then_some("must differ from the other part")
}

/// Checks `expected` against the kind of the primary goal.
fn expected_rules(body: &TestBody) -> Vec<Invalid> {
    let primary = body.goals.iter().find(|goal| goal.role == Role::Primary);
    let (Some(expected), Some(goal)) = (body.expected, primary) else { return Vec::new() };
    let mean = matches!(goal.kind, Kind::Count | Kind::Sum);
    let ratio = goal.kind == Kind::Ratio;
    let mut broken = Vec::new();
    let mut require = |name: &str, fits: bool, detail: &str| {
        if !fits {
            broken.push(Invalid::new(format!("/expected/{name}"), detail));
        }
    };
    let sign = if goal.direction == Direction::Lower { -1.0 } else { 1.0 };
    let reached = expected.baseline + sign * expected.effect;
    let possible = mean || (reached > 0.0 && reached < 1.0);
    require("effect", possible, "must leave a share above 0 and below 1 when it is added to the baseline");
    let rate = "must be a share above 0 and below 1 when the primary goal is of kind binary or ratio";
    require("baseline", mean || (expected.baseline > 0.0 && expected.baseline < 1.0), rate);
    let deviation =
        "is required when the primary goal is of kind count or sum, and must be omitted for others";
    require("deviation", expected.deviation.is_some() == mean, deviation);
    let size = "is required when the primary goal is of kind ratio, and must be omitted for others";
    require("size", expected.size.is_some() == ratio, size);
    require(
        "correlation",
        ratio || expected.correlation.is_none(),
        "must be omitted unless the primary goal is of kind ratio",
    );
    broken
}

/// Checks the rules for known units: the list defines the units of the test, and the test compares two arms.
fn known_rules(body: &TestBody) -> Vec<Invalid> {
    let Some(known) = &body.known_units else { return Vec::new() };
    let mut broken = Vec::new();
    let mut require = |pointer: &str, fits: bool, detail: &str| {
        if !fits {
            broken.push(Invalid::new(pointer, detail));
        }
    };
    let who = "must be omitted in a test with known_units, which define the units that take part";
    require("/variants", body.variants.len() == 2, "must be two in a test with known_units");
    require(
        "/allocation/mode",
        body.allocation.mode == Mode::Fixed,
        "must be fixed in a test with known_units",
    );
    require("/coverage", body.coverage == BasisPoints::WHOLE.get(), who);
    require("/targeting", body.targeting.is_empty(), who);
    require("/namespace", body.namespace.is_none(), who);
    let covariates = known.iter().filter(|own| own.covariate.is_some()).count();
    let all = "must have a covariate for every unit or for none";
    require("/known_units", covariates == 0 || covariates == known.len(), all);
    let mut values = BTreeSet::new();
    for (index, own) in known.iter().enumerate() {
        let entry = format!("/known_units/{index}");
        let forced = "must not also be in overrides: those units are excluded from results";
        require(&format!("{entry}/unit_id"), !body.overrides.contains_key(&own.unit_id), forced);
        for (name, value) in &own.attributes {
            let pointer = format!("{entry}/attributes/{}", escape(name));
            require(
                &pointer,
                body.segments.contains(name),
                "must be declared in segments: known units are balanced over segments",
            );
            values.extend(segment(value).map(|kept| (name, kept)));
        }
    }
    let detail =
        format!("must have at most {VALUES} values of segments together, but these have {}", values.len());
    require("/known_units", values.len() <= VALUES, &detail);
    if let Some(index) = repeated(known.iter().map(|own| &own.unit_id)) {
        require(&format!("/known_units/{index}/unit_id"), false, "is already in the list");
    }
    broken
}

/// Returns the index of the first repeated item.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> Option<usize> {
    let mut seen = BTreeSet::new();
    items.enumerate().find_map(|(index, item)| (!seen.insert(item)).then_some(index))
}
