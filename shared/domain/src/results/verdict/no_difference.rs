//! Whether it may be said that there is no difference worth having, or why not yet.

use super::outlook::Outlook;
use super::standing::{ArmStanding, Side};
use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;

/// Fewer units in an arm say nothing of no difference.
const LEAST_UNITS: u64 = 10;

/// The sentence when every difference that the data leave is smaller than the author would have; or, when none was
/// named or nothing varies so that there is no interval, when twice the planned units have shown none. Units that may yet convert cannot tell: at most one in 20 may be
/// inside the goal's window.
///
/// # Errors
/// Why it cannot be said.
pub(super) fn no_difference(
    test: &Experiment,
    totals: &Totals,
    standings: &[ArmStanding<'_>],
    plan: Option<&Outlook>,
) -> Result<String, String> {
    let units = totals.units();
    if standings.is_empty() || units == 0 {
        return Err("Nothing can be compared yet.".to_owned());
    }
    if totals.immature * 20 > units {
        return Err(format!(
            "{} of {units} units are still inside the primary goal's window, and at most one in 20 may be.",
            totals.immature
        ));
    }
    let bounded = standings.iter().any(|own| own.comparison.absolute.low.is_some());
    if let Some(effect) = plan.and_then(|plan| plan.effect).filter(|_| bounded) {
        return smaller_than(effect, standings);
    }
    let Some(planned) = test.definition.planned_units.map(u64::from) else {
        return Err("The test names neither planned_units nor the effect that it expects.".to_owned());
    };
    if units < 2 * planned {
        return Err(format!(
            "{units} units are in the test, and without an expected effect it takes {}, twice as many as planned.",
            2 * planned
        ));
    }
    if totals.arms.iter().any(|arm| arm.units < LEAST_UNITS) {
        return Err(format!("An arm has fewer than {LEAST_UNITS} units."));
    }
    let found = |own: &&ArmStanding<'_>| {
        own.comparison.p_value.is_none() || matches!(own.side, Side::Better | Side::Faded)
    };
    match standings.iter().find(found) {
        Some(own) => {
            Err(format!("{} has no reading yet, or a look has shown a difference.", own.comparison.variant))
        }
        None => Ok(format!("No variant was found better with {units} units, twice as many as planned.")),
    }
}

fn smaller_than(effect: f64, standings: &[ArmStanding<'_>]) -> Result<String, String> {
    let within = |own: &&ArmStanding<'_>| {
        let bounds = own.comparison.absolute;
        bounds.low.zip(bounds.high).is_some_and(|(low, high)| low > -effect && high < effect)
    };
    match standings.iter().find(|own| !within(own)) {
        None => Ok(format!("No difference worth having: it is less than {effect} either way.")),
        Some(own) => Err(format!(
            "The difference of {} may still be as large as {effect}, the effect that the test expects.",
            own.comparison.variant
        )),
    }
}
