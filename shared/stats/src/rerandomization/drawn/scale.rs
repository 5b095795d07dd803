//! The interval of a relative change of means or ratios: all factors that the draws do not exclude.
//!
//! An assumed factor is removed from the outcomes of the real treatment arm, and the real history is compared with
//! the draws of these outcomes. A factor is excluded when the real history is as extreme among them as the boundary
//! of the interim look is among draws without an effect. The test of the true factor is exact at one look if the
//! effect multiplies outcomes. It is studentized, so it is approximate for other effects on the mean.
//!
//! Source: Lehmann 1963 and Rosenbaum 2002, section 2.6, on the inversion of randomization tests.

use super::numbers::Amounts;
use super::{Drawn, Kind, Rank};
use crate::rerandomization::interval::{Interval, NoInterval};
use crate::rerandomization::statistic::is_eligible;
use crate::rerandomization::stopped::{Ranks, Side, outwards, size};
use crate::rerandomization::tails::Tails;

/// An end is found to this part of the factor. It is on the outer side of the exact one.
const ACCURACY: f64 = 1e-4;

/// The greatest logarithm of a factor between the estimate and an end: about one million. Beyond, the end is open.
const REACH: f64 = 14.0;

impl Drawn {
    /// Returns the interval of the relative change: factor − 1. Outcomes must be amounts or ratios. For a binary
    /// goal, use [`crate::rerandomization::rates`]: a factor would move outcomes that can only be 0 or 1.
    ///
    /// An interval takes up to about 40 evaluations of all histories.
    ///
    /// # Errors
    /// Returns why there is no interval.
    pub fn relative_interval(&self, tails: Tails) -> Result<Interval, NoInterval> {
        let factor = self.factor()?;
        let center = factor.ln();
        let end = |side: Side| self.end(center, side, tails).map(f64::exp_m1);
        Ok(Interval { estimate: factor - 1.0, low: end(Side::Higher), high: end(Side::Lower) })
    }

    /// Returns treatment's mean or ratio divided by control's.
    fn factor(&self) -> Result<f64, NoInterval> {
        let (eligible, [a, b]) = match &self.0 {
            Kind::Amounts(own) | Kind::Maturing(own, _) | Kind::Adjusted(own, ..) => {
                own.are_positive()?;
                let arms = own.sums.real();
                (is_eligible(&arms), arms.map(|sums| own.plain(sums)).map(|[n, sum, _]| sum / n))
            }
            Kind::Ratios(own) => {
                let arms = own.sums.real();
                (is_eligible(&arms), arms.map(|[_, x, y, ..]| if y > 0.0 { x / y } else { 0.0 }))
            }
        };
        match (eligible, a > 0.0 && b > 0.0) {
            (false, _) => Err(NoInterval::TooFewUnits),
            (true, false) => Err(NoInterval::ArmWithoutOutcomes),
            (true, true) => Ok(b / a),
        }
    }

    /// Returns the logarithm of the end of the interval that this side's tail limits. The statistic of the real
    /// history is linear in the logarithm, so the first step is nearly the right one.
    fn end(&self, center: f64, side: Side, tails: Tails) -> Option<f64> {
        let (tail, score) = (tails.on(side), tails.score(side)?);
        let away = if side == Side::Higher { -1.0 } else { 1.0 };
        let ranks = |distance: f64| self.ranks_without_factor((center + away * distance).exp());
        let error = standard_error(ranks(1.0).first().copied().flatten());
        let (mut inside, mut outside) = (0.0, (score * error).clamp(ACCURACY, REACH));
        while !is_excluded(&ranks(outside), side, tail) {
            if outside >= REACH {
                return None;
            }
            (inside, outside) = (outside, (outside * 1.25 + ACCURACY).min(REACH));
        }
        while outside - inside > ACCURACY {
            let middle = f64::midpoint(inside, outside);
            if is_excluded(&ranks(middle), side, tail) { outside = middle } else { inside = middle }
        }
        Some(center + away * outside)
    }
}

impl Amounts {
    pub(super) fn are_positive(&self) -> Result<(), NoInterval> {
        if self.least < 0.0 { Err(NoInterval::NegativeAmounts) } else { Ok(()) }
    }
}

/// Returns whether the real history is among the share `tail` of the most extreme histories.
fn is_excluded(ranks: &Ranks, side: Side, tail: f64) -> bool {
    let Some(Some(real)) = ranks.first() else { return false };
    let own = outwards(*real, side);
    let beyond = ranks.iter().flatten().filter(|rank| outwards(**rank, side) >= own).count();
    size(beyond) <= tail * size(ranks.len()) + 1e-9
}

/// Returns the standard error of the logarithm, from the rank at a distance of 1.
#[expect(clippy::cast_precision_loss, reason = "ranks are rounded statistics")]
fn standard_error(rank: Option<Rank>) -> f64 {
    1e6 / (rank.unwrap_or(1).unsigned_abs().max(1) as f64)
}
