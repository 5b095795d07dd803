//! Whether the arms differ in the share of units that were shown their variant.

use stats::figure;
use stats::homogeneity::{self, Stratum};
use stats::srm::THRESHOLD;

use crate::experiment::Experiment;
use crate::results::counting::totals::Totals;

/// Returns a sentence if the shares of exposed units differ between arms by more than chance explains. Units are compared
/// within each set of weights, because the units of later weights had less time to be exposed. The comparisons are not
/// affected: they are of all assigned units (intention to treat).
pub(super) fn differ(test: &Experiment, totals: &Totals) -> Option<String> {
    let strata = totals.strata.iter().zip(&totals.exposed);
    let strata: Vec<_> = strata.map(|(units, part)| Stratum { units, part }).collect();
    let p = homogeneity::p_value(&strata).filter(|p| *p < THRESHOLD)?;
    let exposed = totals.exposed_by_arm();
    let arms = test.definition.variants.iter().zip(totals.arms.iter().zip(exposed));
    let shares = arms.filter(|(_, (arm, _))| arm.units > 0).map(|(variant, (arm, exposed))| {
        format!("{} {:.0} % ({exposed} of {})", variant.key, percent(exposed, arm.units), arm.units)
    });
    let shares: Vec<_> = shares.collect();
    let p = if p < SMALLEST_P { format!("p below {SMALLEST_P}") } else { format!("p {}", figure(p)) };
    Some(format!(
        "The variants differ in the share of accounts that were reported to be shown their variant: {} (chi-square, {p}). \
         The comparisons are of all assigned accounts, shown or not (intention to treat), so the variants remain \
         comparable, and the effect of a variant that fewer accounts were shown is understated. Find out why the shares \
         differ before you ship.",
        shares.join(", ")
    ))
}

/// Smaller p-values are not written out.
const SMALLEST_P: f64 = 0.000_1;

#[expect(clippy::cast_precision_loss, reason = "shown without decimals")]
fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[cfg(test)]
mod tests;
