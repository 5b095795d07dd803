//! A second opinion on a binary goal: an exact e-value from the randomization alone.
//!
//! The hypothesis is that no unit's outcome depends on its arm. Then the outcomes are fixed, and randomization
//! gives each unit to treatment with its propensity, whether it converted or not. An alternative assumes a base
//! rate and an odds ratio, which give other probabilities that a converted unit, and any other unit, is in
//! treatment. Its e-process is the product over units of (this probability of the unit's arm) / (propensity).
//! The e-value is the mean of the e-processes of fixed alternatives. It depends on counts only, so the order of
//! the units has no effect.
//!
//! If the hypothesis is true, the probability that the e-value ever exceeds 20 is at most 1 in 20 (Ville), for
//! every number of interim looks, every drift of the base rate and every change of weights that follows the
//! results. This requires that a counted unit keeps its outcome: **count a unit only when its window has
//! ended.** A unit that is counted as not converted and converts later would be revealed twice.
//!
//! Source: Ville 1939; Shafer 2021, "Testing by betting"; Turner, Ly and Grünwald 2024, "Generic e-variables
//! for exact sequential k-sample tests", here with the propensities in place of a model of the outcomes.

#[cfg(test)]
mod tests;

use crate::agresti_caffo::Rate;
use crate::moments::count;

/// The assumed base rates over both arms, with the shares of the stake. The rates of an account-based test are
/// seldom above a half.
const BASES: [(f64, f64); 4] = [(0.04, 0.2), (0.15, 0.3), (0.4, 0.3), (0.8, 0.2)];

/// The share of the stake on the declared base rate.
const DECLARED: f64 = 0.5;

/// The difference of each alternative, in standard errors at the planned units: the one that a test at the 5 %
/// level finds there in 80 % of tests. Each is used in both directions with equal stakes.
const EFFECT: f64 = 2.8;

/// The greatest logarithm of an odds ratio.
const MAX_EFFECT: f64 = 5.0;

/// The greatest e-value, so that it stays a finite number.
const MAX_E: f64 = 1e300;

/// The units of two arms that were assigned by one set of weights and whose windows have ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// The probability of treatment for a unit of the two arms, above 0 and below 1.
    pub share: f64,
    /// Control.
    pub control: Rate,
    /// Treatment.
    pub treatment: Rate,
}

/// The alternatives of a test. It must not follow from the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The planned units of the two arms, above 0. The e-value grows most at the difference that so many find.
    pub units: f64,
    /// The probability of treatment at the start, above 0 and below 1.
    pub share: f64,
    /// The declared base rate, if there is one. Values outside 0 to 1 are ignored.
    pub baseline: Option<f64>,
}

/// The evidence against the hypothesis that the arms do not differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The current e-value, at most 1e300. It begins with 1.
    pub e_value: f64,
    /// 1 divided by it, at most 1. The lowest of all interim looks is a p-value that is valid at every interim look.
    pub p_value: f64,
}

/// Returns the evidence that treatment differs from control. Strata with a share outside 0 to 1 have no
/// effect. Returns None without units, or when the plan has no units or no share.
#[must_use]
pub fn betting(strata: &[Stratum], plan: &Plan) -> Option<Evidence> {
    let randomized = |share: f64| share > 0.0 && share < 1.0;
    let own: Vec<_> = strata.iter().filter(|stratum| randomized(stratum.share)).copied().collect();
    let empty = own.iter().all(|stratum| stratum.control.units + stratum.treatment.units == 0);
    if empty || plan.units.is_nan() || plan.units <= 0.0 || !randomized(plan.share) {
        return None;
    }
    let capitals: Vec<_> = alternatives(plan)
        .into_iter()
        .map(|(stake, base, effect)| {
            stake.ln() + own.iter().map(|stratum| log_growth(stratum, base, effect)).sum::<f64>()
        })
        .collect();
    let most = capitals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = capitals.iter().map(|capital| (capital - most).exp()).sum();
    let e_value = (most + sum.ln()).exp().min(MAX_E);
    Some(Evidence { e_value, p_value: e_value.recip().min(1.0) })
}

/// Returns the alternatives: the stake, the base rate, and the logarithm of the odds ratio. The stakes sum to 1.
fn alternatives(plan: &Plan) -> Vec<(f64, f64, f64)> {
    let declared = plan.baseline.filter(|rate| *rate > 0.0 && *rate < 1.0);
    let rest = if declared.is_some() { 1.0 - DECLARED } else { 1.0 };
    let assumed = BASES.iter().map(|(base, stake)| (*base, rest * stake));
    let information = plan.units * plan.share * (1.0 - plan.share);
    let both = |(base, stake): (f64, f64)| {
        let effect = (EFFECT / (information * base * (1.0 - base)).sqrt()).min(MAX_EFFECT);
        [(stake / 2.0, base, effect), (stake / 2.0, base, -effect)]
    };
    declared.map(|base| (base, DECLARED)).into_iter().chain(assumed).flat_map(both).collect()
}

/// Returns the logarithm of the factor by which a stratum multiplies the capital of an alternative.
fn log_growth(stratum: &Stratum, base: f64, effect: f64) -> f64 {
    let Stratum { share, control, treatment } = *stratum;
    let middle = (base / (1.0 - base)).ln();
    let rate = |shift: f64| 1.0 / (1.0 + (-(middle + shift)).exp());
    let (a, b) = (rate(-share * effect), rate((1.0 - share) * effect));
    let all = share * b + (1.0 - share) * a;
    let arm = |own: f64, counted: Rate| {
        let others = count(counted.units.saturating_sub(counted.converted));
        count(counted.converted) * (own / all).ln() + others * ((1.0 - own) / (1.0 - all)).ln()
    };
    arm(a, control) + arm(b, treatment)
}
