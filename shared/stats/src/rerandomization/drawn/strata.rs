//! The interval of a relative change over stages: all factors that the combined scores of the stages do not exclude.
//!
//! The factor is removed within each stage, as in [`super::scale`]. The combined score of the real history is compared
//! with the normal score of the boundary's tail.

use super::{Drawn, Kind};
use crate::rerandomization::interval::{Interval, NoInterval};
use crate::rerandomization::stages::{Stage, real_score};
use crate::rerandomization::statistic::is_eligible;
use crate::rerandomization::stopped::Side;
use crate::rerandomization::stratified::{Table, ratio};
use crate::rerandomization::tails::Tails;

/// An end is found to this part of the factor. It is on the outer side of the exact one.
const ACCURACY: f64 = 1e-3;

/// The greatest logarithm of a factor between the estimate and an end. Beyond, the end is open.
const REACH: f64 = 14.0;

/// Draws with their information, one for each stage: see [`Stage`].
pub type Strata<'a> = [(&'a Drawn, f64)];

impl Drawn {
    /// Returns the totals of both arms, in the goal's own unit.
    #[must_use]
    pub fn table(&self) -> Table {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                Table(own.sums.real().map(|sums| {
                    let [n, sum, _] = own.plain(sums);
                    [sum * own.scale, n]
                }))
            }
            Kind::Ratios(own) => {
                Table(own.sums.real().map(|[_, x, y, ..]| [x * own.numerator, y * own.denominator]))
            }
        }
    }

    /// Returns whether both real arms have enough units.
    #[must_use]
    pub fn has_enough_units(&self) -> bool {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                is_eligible(&own.sums.real())
            }
            Kind::Ratios(own) => is_eligible(&own.sums.real()),
        }
    }

    /// Returns the number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => own.sums.draws(),
            Kind::Ratios(own) => own.sums.draws(),
        }
    }

    fn has_negative_amounts(&self) -> bool {
        match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                own.are_positive().is_err()
            }
            Kind::Ratios(_) => false,
        }
    }
}

/// Returns the interval of the relative change over stages, for amounts and ratios. The estimate is that of
/// [`ratio`]. It is within the interval.
///
/// # Errors
/// Returns why there is no interval.
pub fn relative_interval(strata: &Strata<'_>, tails: Tails) -> Result<Interval, NoInterval> {
    let used: Vec<_> = strata.iter().filter(|(drawn, v)| *v > 0.0 && drawn.has_enough_units()).collect();
    if used.is_empty() {
        return Err(NoInterval::TooFewUnits);
    }
    if used.iter().any(|(drawn, _)| drawn.has_negative_amounts()) {
        return Err(NoInterval::NegativeAmounts);
    }
    let tables: Vec<Table> = used.iter().map(|(drawn, _)| drawn.table()).collect();
    let factor = ratio(&tables).filter(|factor| *factor > 0.0).ok_or(NoInterval::ArmWithoutOutcomes)?;
    let score = |log: f64| {
        let stage = |(drawn, v): &&(&Drawn, f64)| Stage {
            ranks: drawn.ranks_without_factor(log.exp()),
            information: *v,
        };
        real_score(&used.iter().map(stage).collect::<Vec<_>>())
    };
    let end = |side: Side| {
        let limit = tails.score(side)?;
        let away = if side == Side::Higher { -1.0 } else { 1.0 };
        let distance = distance(|distance| {
            score(factor.ln() + away * distance).is_some_and(|score| -away * score > limit)
        })?;
        Some((factor.ln() + away * distance).exp_m1())
    };
    Ok(Interval { estimate: factor - 1.0, low: end(Side::Higher), high: end(Side::Lower) })
}

/// Returns the least distance that is excluded. None if there is none.
fn distance(is_excluded: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut inside, mut outside) = (0.0, 0.125);
    while !is_excluded(outside) {
        if outside >= REACH {
            return None;
        }
        (inside, outside) = (outside, (outside * 1.5).min(REACH));
    }
    while outside - inside > ACCURACY {
        let middle = f64::midpoint(inside, outside);
        if is_excluded(middle) { outside = middle } else { inside = middle }
    }
    Some(outside)
}

#[cfg(test)]
#[path = "strata_tests.rs"]
mod tests;
