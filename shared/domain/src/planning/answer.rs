//! The plan that answers a request.

use serde::{Deserialize, Serialize};
use stats::planning::{Aim, Analysis, MAX_LOOKS, Schedule, Units, smallest_effect, units_needed};
use stats::spending::Hypothesis;

use super::request::Arrival;
use super::{PlanRequest, level};
use crate::validation::Invalid;

/// The shares of the plan at which the power is reported.
const MILESTONES: [f64; 8] = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0];

/// A plan, as responses contain it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanAnswer {
    /// The units of the plan in all arms: those of the request, or those that the effect needs.
    pub planned_units: u64,
    /// The units of each arm, in the order of the weights.
    pub arms: Vec<u64>,
    /// Days from the start to the interim look of the plan. Null without `units_per_day` and `known_units`.
    pub days: Option<f64>,
    /// The effect, treatment minus control: that of the request, or the smallest that the plan finds.
    pub effect: f64,
    /// The effect relative to the baseline. Null when the baseline is 0.
    pub relative_effect: Option<f64>,
    /// The units that find the effect with the requested power.
    pub units_needed: u64,
    /// The units that one analysis at a fixed horizon needs.
    pub fixed_horizon_units: u64,
    /// `units_needed` divided by `fixed_horizon_units`, for normal outcomes.
    pub factor: f64,
    /// The smallest effect that the plan finds with the requested power. Null when there is none.
    pub smallest_effect: Option<f64>,
    /// The error rate of each comparison.
    pub level: f64,
    /// The number of interim looks up to the plan on which the figures are based.
    pub analyses: u32,
    /// The power by some shares of the plan, up to twice the plan.
    pub power: Vec<Milestone>,
}

/// The power that the test has reached by then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    /// Units past their window; a unit within it counts in part.
    pub units: u64,
    /// Days until then, from the start of the test or from the time of the results. Null when the rate is not
    /// known.
    pub days: Option<f64>,
    /// The probability that the effect was found by then, 0 to 1.
    pub power: f64,
}

impl PlanRequest {
    /// Computes the plan.
    ///
    /// # Errors
    /// When no number of units finds the effect, or the planned units find none.
    pub fn answer(&self) -> Result<PlanAnswer, Vec<Invalid>> {
        let (fixed, planned) = (self.aim(Analysis::FixedHorizon), self.planned_units.map(u64::from));
        let rough = planned.or_else(|| Some(self.needed(self.effect?, fixed)?.total));
        let looks = self.looks(rough.unwrap_or_default());
        let aim = self.aim(Analysis::Sequential { spending: self.spending, looks });
        let effect = self.effect.or_else(|| self.smallest(planned?, aim)).ok_or_else(too_few)?;
        let both = self.needed(effect, aim).zip(self.needed(effect, fixed)).zip(aim.factor());
        let ((needed, fixed_units), factor) = both.ok_or_else(|| too_small(self.effect_field))?;
        let units_needed = needed.total;
        let plan = planned.map_or(needed, |planned| self.shared(planned));
        Ok(PlanAnswer {
            days: self.schedule().and_then(|own| own.days_to(number(plan.total))).map(tenths),
            power: self.milestones(aim, plan.total, units_needed),
            smallest_effect: self.smallest(plan.total, aim),
            planned_units: plan.total,
            arms: plan.arms,
            effect,
            relative_effect: (self.baseline.value > 0.0).then(|| effect / self.baseline.value),
            units_needed,
            fixed_horizon_units: fixed_units.total,
            factor,
            level: aim.level,
            analyses: looks,
        })
    }

    fn aim(&self, analysis: Analysis) -> Aim {
        Aim { level: level(&self.weights), power: self.power, hypothesis: self.hypothesis, analysis }
    }

    fn needed(&self, effect: f64, aim: Aim) -> Option<Units> {
        units_needed(self.baseline.outcome(), effect, &self.weights, 0, aim)
    }

    /// Returns the smallest effect in the direction of the request.
    fn smallest(&self, units: u64, aim: Aim) -> Option<f64> {
        let below = self.effect.map_or(self.hypothesis == Hypothesis::Less, |effect| effect < 0.0);
        let found = smallest_effect(self.baseline.outcome(), units, &self.weights, 0, below, aim)?;
        Some(if below { -found } else { found })
    }

    /// Returns planned units, divided by weight.
    fn shared(&self, total: u64) -> Units {
        let arms = self.weights.iter().map(|weight| (total * u64::from(*weight)).div_ceil(10_000)).collect();
        Units { total, arms }
    }

    /// Returns when units enter the test, or None if it is not known.
    fn schedule(&self) -> Option<Schedule> {
        let window = f64::from(self.window_days);
        match self.arrival {
            Arrival::PerDay(rate) => Some(Schedule::from_start(rate, window)),
            Arrival::AtOnce(known) => Some(Schedule::at_once(f64::from(known), window)),
            Arrival::Unknown => None,
        }
    }

    /// Returns the number of daily interim looks up to the plan.
    fn looks(&self, planned: u64) -> u32 {
        let days = self.schedule().and_then(|own| own.days_to(number(planned)));
        days.map_or(MAX_LOOKS, daily)
    }

    fn milestones(&self, aim: Aim, planned: u64, needed: u64) -> Vec<Milestone> {
        let Some(course) = aim.course() else { return Vec::new() };
        let drift = course.drift(self.power) * (number(planned) / number(needed.max(1))).sqrt();
        let (reached, schedule) = (course.power(drift), self.schedule());
        let milestone = |share: f64| {
            let units = share * number(planned);
            let days = schedule.map(|own| own.days_to(units));
            let power = reached.iter().rfind(|own| own.t <= share + 1e-9).map_or(0.0, |own| own.power);
            let units = whole(units);
            // A list of known units has no more units than it has.
            (days != Some(None)).then(|| Milestone { units, days: days.flatten().map(tenths), power })
        };
        MILESTONES.into_iter().filter_map(milestone).collect()
    }
}

/// Returns the number of daily interim looks in `days`, at most as many as are computed.
pub(crate) fn daily(days: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 20")]
    let looks = days.round().clamp(1.0, f64::from(MAX_LOOKS)) as u32;
    looks
}

/// Rounds days to tenths.
pub(crate) fn tenths(days: f64) -> f64 {
    (days * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "at most 2e9 units")]
fn number(units: u64) -> f64 {
    units as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 4e9, and not negative")]
fn whole(units: f64) -> u64 {
    units.round() as u64
}

fn too_few() -> Vec<Invalid> {
    vec![Invalid::new("/planned_units", "must be more units: with so few, no possible effect is found")]
}

fn too_small(field: &str) -> Vec<Invalid> {
    vec![Invalid::new(format!("/{field}"), "must be greater: 1000000000 units do not find this effect")]
}
