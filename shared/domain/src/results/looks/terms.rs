//! What is fixed about the comparisons of a phase before it starts.

use stats::rerandomization::family::Terms;

use crate::experiment::goal::Role;
use crate::experiment::{Experiment, Goal, VariantKey};

/// The number of units for which a test is planned when its author did not specify it. A wrong plan costs power
/// only.
pub const USUAL_UNITS: u32 = 200;

/// Returns the comparisons that are corrected together: each arm other than control on each goal of a role.
pub fn family(test: &Experiment, role: Role) -> impl Iterator<Item = (&Goal, &VariantKey)> {
    let variants = &test.definition.variants;
    let goals = test.definition.goals.iter().filter(move |goal| goal.role == role);
    goals.flat_map(move |goal| {
        variants.iter().filter(|variant| !variant.is_control).map(move |variant| (goal, &variant.key))
    })
}

/// Returns the terms of the comparisons on a goal.
#[must_use]
pub fn terms(test: &Experiment, goal: &Goal) -> Terms {
    let definition = &test.definition;
    Terms {
        planned_units: f64::from(definition.planned_units.unwrap_or(USUAL_UNITS)),
        spending: definition.spending,
        hypothesis: goal.hypothesis,
        family: u32::try_from(family(test, goal.role).count()).unwrap_or(u32::MAX),
    }
}
