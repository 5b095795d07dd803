//! Interim looks at more units than are drawn again: the boundary of a normal statistic.
//!
//! The statistic is T with a separate variance for each arm, from moments. Between interim looks it moves like Brownian
//! motion over the information, and its boundary spends the same error rate as that of draws. What earlier looks at
//! draws have spent counts as one look at their last information.
//!
//! The approximation needs arms of similar sizes, and totals that no unit dominates: see [`check`].
//!
//! Source: Lan and DeMets 1983; Jennison and Turnbull 2000, chapter 7; Kish 1965 for the number of effective units.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::family::{ALPHA, Decided, Level, Terms, Watch};
use super::interval::{Interval, NoInterval};
use super::stopped::{Side, sides, size};
use super::tails::Tails;
use crate::moments::Moments;
use crate::planning::boundary::Boundary;
use crate::sample::{Contrast, Sample};
use crate::spending::Hypothesis;
use crate::warnings::carriers;

/// The greatest ratio of the units of both arms.
const MAX_RATIO: f64 = 2.0;

/// The fewest effective units of a total: as many equal units would give an equally uneven total. For a binary goal,
/// they are the units that converted.
pub const MIN_CARRIERS: f64 = 1_000.0;

/// A look that adds less than this share to the information is not taken. Boundaries of fewer looks are computed faster.
pub const STEP: f64 = 0.02;

/// Why many units have no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoLook {
    /// One arm has more than twice the units of the other.
    UnevenArms,
    /// Too few units carry the total of an arm, or its denominators.
    FewCarryTotal,
}

/// Returns whether the statistic of two arms is nearly normal. `totals` are the moments of what is compared: of the
/// numbers, or of the numerators and of the denominators, in each arm.
///
/// # Errors
/// Returns why it is not.
pub fn check(units: [u64; 2], totals: &[&Moments]) -> Result<(), NoLook> {
    let [a, b] = units.map(crate::moments::count);
    if a.max(b) > MAX_RATIO * a.min(b) {
        return Err(NoLook::UnevenArms);
    }
    let is_carried = |own: &&Moments| carriers(own).is_some_and(|carriers| carriers >= MIN_CARRIERS);
    if totals.iter().all(is_carried) { Ok(()) } else { Err(NoLook::FewCarryTotal) }
}

/// Returns T of the difference of means, or 0 when nothing varies.
#[must_use]
pub fn difference(control: &Sample, treatment: &Sample) -> f64 {
    Contrast::separate(control, treatment).map_or(0.0, |own| own.t())
}

/// Returns T of the logarithm of the ratio of two means or ratios above 0. 0 when nothing varies.
#[must_use]
pub fn log_ratio(control: &Sample, treatment: &Sample) -> f64 {
    log(control, treatment).filter(|(_, error)| *error > 0.0).map_or(0.0, |(log, error)| log / error)
}

/// Returns the interval of the relative change of means or ratios above 0.
///
/// # Errors
/// Returns why there is no interval.
pub fn relative_interval(control: &Sample, treatment: &Sample, tails: Tails) -> Result<Interval, NoInterval> {
    let (log, error) = log(control, treatment).ok_or(NoInterval::ArmWithoutOutcomes)?;
    let end = |side: Side, away: f64| tails.score(side).map(|score| (log + away * score * error).exp_m1());
    Ok(Interval { estimate: log.exp_m1(), low: end(Side::Higher, -1.0), high: end(Side::Lower, 1.0) })
}

/// Returns the logarithm of the ratio and its standard error.
fn log(control: &Sample, treatment: &Sample) -> Option<(f64, f64)> {
    let part = |own: &Sample| own.variance_of_mean() / (own.mean * own.mean);
    let is_positive = control.mean > 0.0 && treatment.mean > 0.0;
    is_positive.then(|| ((treatment.mean / control.mean).ln(), (part(control) + part(treatment)).sqrt()))
}

/// The looks of a comparison at more units than are drawn again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NormalLooks {
    /// The information of each look, rising. The first is that of the last look at draws, if there was one.
    times: Vec<f64>,
}

impl NormalLooks {
    /// Takes a look, which is stored in `watch`. `score` is the statistic, and `matured` the number of units, each
    /// counted by the share of its window that has passed. A look that adds little to the information is not taken.
    pub fn look(&mut self, watch: &mut Watch, score: f64, matured: f64, terms: &Terms) {
        if self.times.is_empty() && watch.information > 0.0 {
            self.times.push(watch.information);
        }
        let information = matured / terms.planned_units;
        if information <= self.times.last().map_or(0.0, |last| last * (1.0 + STEP)) {
            return;
        }
        self.times.push(information);
        watch.looks += 1;
        watch.information = information;
        for level in watch.levels.iter_mut().filter(|level| level.decided.is_none()) {
            self.read(level, score, watch.looks, terms);
        }
    }

    fn read(&self, level: &mut Level, score: f64, look: u32, terms: &Terms) {
        let Some(boundary) = self.boundary(level.divisor, terms) else { return };
        let side = match terms.hypothesis {
            Hypothesis::Less => Side::Lower,
            Hypothesis::Different if score < 0.0 => Side::Lower,
            Hypothesis::Different | Hypothesis::Greater => Side::Higher,
        };
        let outwards = if side == Side::Higher { score } else { -score };
        let before =
            self.times.len().checked_sub(2).map_or(0.0, |last| self.spent(last, level.divisor, terms));
        let share = size(sides(terms.hypothesis).len());
        let p_value = (before + share * boundary.beyond(outwards)).min(1.0);
        level.p_value = Some(p_value);
        let spent = self.spent(self.times.len() - 1, level.divisor, terms);
        if outwards > 0.0 && p_value <= spent {
            let anytime_p = p_value / spent * ALPHA / f64::from(level.divisor);
            let information = self.times.last().copied().unwrap_or_default();
            level.decided = Some(Decided { side, look, information, p_value, anytime_p });
        }
    }

    /// Returns the error rate that is spent by this look, on both sides.
    fn spent(&self, look: usize, divisor: u32, terms: &Terms) -> f64 {
        self.times.get(look).map_or(0.0, |time| terms.spending.spent(*time) / f64::from(divisor))
    }

    fn boundary(&self, divisor: u32, terms: &Terms) -> Option<Boundary> {
        let both = sides(terms.hypothesis).len();
        let spent = |time: f64| terms.spending.spent(time) / f64::from(divisor) / size(both);
        (!self.times.is_empty()).then(|| Boundary::new(&self.times, both == 2, spent))
    }

    /// Returns the tails of the last look at the level of one comparison: see [`Watch::tails`]. All are 0 before the
    /// first look.
    #[must_use]
    pub fn tails(&self, terms: &Terms) -> Tails {
        let last = self.boundary(1, terms).and_then(|own| own.critical_values().last().copied());
        let Some(tail) = last.map(|score| Normal::standard().sf(score)) else { return Tails::default() };
        let on = |side: Side| if sides(terms.hypothesis).contains(&side) { tail } else { 0.0 };
        Tails { higher: on(Side::Higher), lower: on(Side::Lower) }
    }
}

#[cfg(test)]
#[path = "normal/tests.rs"]
mod tests;
