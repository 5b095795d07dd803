//! Whether the verdict is "no difference", or the reason why it is not.

use super::outlook::Outlook;
use super::standing::{ArmStanding, Side};
use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;

/// With fewer units in an arm, the verdict is never "no difference".
const MIN_UNITS: u64 = 10;

/// Returns the sentence for "no difference". If the author declared an effect and there are intervals, every
/// interval must lie within that effect. Otherwise, twice the planned units must not have shown a difference.
/// In both cases, at most one unit in 20 may be inside the goal's window, because these units may still
/// convert.
///
/// # Errors
/// Returns the reason why the verdict is not "no difference".
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
            "{} of {units} accounts are still inside the window of the primary goal. The verdict \
             \"no difference\" requires that at most 1 in 20 are.",
            totals.immature
        ));
    }
    let bounded = standings.iter().any(|own| bounds(own).is_some());
    if let Some(effect) = plan.and_then(|plan| plan.effect).filter(|_| bounded) {
        return smaller_than(effect, standings);
    }
    let Some(planned) = test.definition.planned_units.map(u64::from) else {
        return Err("The test specifies neither planned_units nor an expected effect.".to_owned());
    };
    if units < 2 * planned {
        return Err(format!(
            "The verdict \"no difference\" requires twice the planned number of accounts, which is {}. The \
             test has {units}.",
            2 * planned
        ));
    }
    if totals.arms.iter().any(|arm| arm.units < MIN_UNITS) {
        return Err(format!("A variant has fewer than {MIN_UNITS} accounts."));
    }
    let is_read = |own: &ArmStanding<'_>| {
        own.comparison.p_value.or(own.comparison.interim_looks.and_then(|own| own.p_value)).is_some()
    };
    let found = |own: &&ArmStanding<'_>| !is_read(own) || matches!(own.side, Side::Better | Side::Faded);
    match standings.iter().find(found) {
        Some(own) if !is_read(own) => Err(format!("{} has no p-value yet.", own.comparison.variant)),
        Some(own) => Err(format!(
            "An interim look has shown a difference between {} and control.",
            own.comparison.variant
        )),
        None => Ok(format!(
            "No difference found: with {units} accounts, at least twice the planned number, no variant is \
             shown to be better than control."
        )),
    }
}

/// Returns the interval of the difference. That of amounts is the relative interval in units of control's mean.
fn bounds(own: &ArmStanding<'_>) -> Option<(f64, f64)> {
    let (absolute, relative) = (own.comparison.absolute, own.comparison.relative);
    let base =
        || absolute.estimate.zip(relative.estimate).map(|(a, r)| a / r).filter(|base| base.is_finite());
    let scaled = || {
        let base = base()?;
        Some((relative.low? * base, relative.high? * base))
    };
    absolute.low.zip(absolute.high).or_else(scaled)
}

fn smaller_than(effect: f64, standings: &[ArmStanding<'_>]) -> Result<String, String> {
    let within =
        |own: &&ArmStanding<'_>| bounds(own).is_some_and(|(low, high)| low > -effect && high < effect);
    match standings.iter().find(|own| !within(own)) {
        None => Ok(format!(
            "No relevant difference: every variant differs from control by less than {effect}, the expected \
             effect."
        )),
        Some(own) => Err(format!(
            "The difference between {} and control can still be as large as {effect}, the expected effect.",
            own.comparison.variant
        )),
    }
}
