//! Estimates over strata, and the intervals of rates over them. A stratum has the units that were assigned under one set
//! of weights.
//!
//! Pooled totals are misleading when both the weights and the outcomes have changed over time: the arm with the greater
//! weight in a good period looks better. Within a stratum, all units had the same chances.
//!
//! Source: Cochran 1954 and Mantel and Haenszel 1959 for the weights, Greenland and Robins 1985 for the difference and
//! the ratio with them; Miettinen and Nurminen 1985, section on strata, for the score of the interval.

use super::interval::{Interval, NoInterval};
use super::rates::{Pair, REACH, bisect, outwards};
use super::stopped::Side;
use super::tails::Tails;
use crate::agresti_caffo::Rate;

/// The totals of a stratum, of control and of treatment: what is counted, and the units or the denominators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Table(pub [[f64; 2]; 2]);

impl Table {
    /// Returns the weight of the stratum: half of the harmonic mean of the units of both arms.
    fn weight(&self) -> f64 {
        let [[_, m], [_, n]] = self.0;
        m * n / (m + n)
    }

    fn is_usable(&self) -> bool {
        self.0.iter().all(|[_, units]| *units > 0.0)
    }

    fn means(&self) -> [f64; 2] {
        self.0.map(|[total, units]| total / units)
    }
}

/// Returns the difference of means or ratios, treatment − control. None without a stratum that has both arms.
#[must_use]
pub fn difference(strata: &[Table]) -> Option<f64> {
    let (control, treatment, weight) = weighted(strata);
    (weight > 0.0).then(|| (treatment - control) / weight)
}

/// Returns treatment's mean or ratio divided by control's. None if control's is not above 0.
#[must_use]
pub fn ratio(strata: &[Table]) -> Option<f64> {
    let (control, treatment, weight) = weighted(strata);
    (weight > 0.0 && control > 0.0).then(|| treatment / control)
}

/// Returns the weighted sums of the means of control and of treatment, and the sum of the weights.
fn weighted(strata: &[Table]) -> (f64, f64, f64) {
    strata.iter().filter(|table| table.is_usable()).fold((0.0, 0.0, 0.0), |sums, table| {
        let ([a, b], weight) = (table.means(), table.weight());
        (sums.0 + weight * a, sums.1 + weight * b, sums.2 + weight)
    })
}

/// Returns the interval of the difference of rates, treatment − control, between −1 and 1. An open end is −1 or 1.
///
/// # Errors
/// Returns why there is no interval.
pub fn difference_of_rates(strata: &[[Rate; 2]], tails: Tails) -> Result<Interval, NoInterval> {
    let pairs = pairs(strata)?;
    let estimate = difference(&tables(&pairs)).ok_or(NoInterval::TooFewUnits)?;
    let score = |apart: f64| score(&pairs, |pair| pair.part_of_difference(apart));
    let end = |side: Side, outside: f64| {
        tails
            .score(side)
            .map_or(outside, |limit| bisect(estimate, outside, |apart| outwards(score(apart), side) > limit))
    };
    Ok(Interval { estimate, low: Some(end(Side::Higher, -1.0)), high: Some(end(Side::Lower, 1.0)) })
}

/// Returns the interval of the relative change of rates: treatment's divided by control's, − 1.
///
/// # Errors
/// Returns why there is no interval, which needs conversions in control.
pub fn relative_change_of_rates(strata: &[[Rate; 2]], tails: Tails) -> Result<Interval, NoInterval> {
    let pairs = pairs(strata)?;
    let estimate = ratio(&tables(&pairs)).ok_or(NoInterval::ArmWithoutOutcomes)?;
    let inside = estimate.ln().max(-REACH);
    let end = |side: Side, outside: f64| {
        let limit = tails.score(side)?;
        let is_excluded =
            |log: f64| outwards(score(&pairs, |pair| pair.part_of_ratio(log.exp())), side) > limit;
        is_excluded(outside).then(|| bisect(inside, outside, is_excluded).exp_m1())
    };
    // A rate of 0 is at the lower end already.
    let low = if estimate > 0.0 { end(Side::Higher, -REACH) } else { None };
    Ok(Interval { estimate: estimate - 1.0, low, high: end(Side::Lower, REACH) })
}

/// Returns the strata with enough units in both arms.
fn pairs(strata: &[[Rate; 2]]) -> Result<Vec<Pair>, NoInterval> {
    let pairs: Vec<_> = strata.iter().filter_map(|[a, b]| Pair::of(*a, *b).ok()).collect();
    if pairs.is_empty() { Err(NoInterval::TooFewUnits) } else { Ok(pairs) }
}

fn tables(pairs: &[Pair]) -> Vec<Table> {
    pairs.iter().map(|pair| Table(pair.0.map(|[yes, no]| [yes, yes + no]))).collect()
}

/// Returns the weighted sum of the strata's distances from what is assumed, divided by its standard error.
fn score(pairs: &[Pair], part: impl Fn(&Pair) -> (f64, f64)) -> f64 {
    let (apart, variance) = pairs.iter().zip(tables(pairs)).fold((0.0, 0.0), |sums, (pair, table)| {
        let ((apart, variance), weight) = (part(pair), table.weight());
        (sums.0 + weight * apart, sums.1 + weight * weight * variance)
    });
    // Without variance, the arms are as they must be or cannot be so.
    if apart.abs() < 1e-12 { 0.0 } else { apart / variance.sqrt() }
}

#[cfg(test)]
#[path = "stratified/tests.rs"]
mod tests;
