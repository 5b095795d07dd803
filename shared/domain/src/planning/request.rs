//! A request for a plan, after every rule between its fields was checked.

use stats::spending::{Hypothesis, Spending};

use super::{Baseline, PlanBody};
use crate::experiment::BasisPoints;
use crate::experiment::goal::Kind;
use crate::validation::{Invalid, check};

/// A request for a plan that has passed every rule.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    pub(super) baseline: Baseline,
    /// Treatment minus control, not 0.
    pub(super) effect: Option<f64>,
    /// The field of the body that contains the effect.
    pub(super) effect_field: &'static str,
    pub(super) planned_units: Option<u32>,
    /// The weights in basis points. The first is that of control.
    pub(super) weights: Vec<u32>,
    pub(super) arrival: Arrival,
    pub(super) power: f64,
    pub(super) spending: Spending,
    pub(super) hypothesis: Hypothesis,
    pub(super) window_days: u32,
}

/// How units enter the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Arrival {
    /// At a rate per day.
    PerDay(f64),
    /// All on the first day: this number of known units.
    AtOnce(u32),
    /// It is not known, so the plan has no days.
    Unknown,
}

impl PlanRequest {
    /// Parses the body of a request.
    ///
    /// # Errors
    /// Returns every field that breaks a rule.
    pub fn parse(body: PlanBody) -> Result<Self, Vec<Invalid>> {
        check(&body)?;
        let broken = broken_rules(&body);
        if !broken.is_empty() {
            return Err(broken);
        }
        let arrival = match (body.units_per_day, body.known_units) {
            (Some(rate), _) => Arrival::PerDay(rate),
            (None, Some(units)) => Arrival::AtOnce(units),
            (None, None) => Arrival::Unknown,
        };
        Ok(Self {
            baseline: Baseline {
                kind: body.kind,
                value: body.baseline,
                deviation: body.deviation,
                size: body.size,
                correlation: body.correlation,
            },
            effect: effect(&body),
            effect_field: effect_field(&body),
            planned_units: body.planned_units.or(body.known_units),
            weights: body.weights,
            arrival,
            power: body.power,
            spending: body.spending.into(),
            hypothesis: body.hypothesis.into(),
            window_days: body.window_days,
        })
    }
}

/// Returns the absolute effect.
fn effect(body: &PlanBody) -> Option<f64> {
    body.effect.or_else(|| body.relative_effect.map(|relative| relative * body.baseline))
}

fn effect_field(body: &PlanBody) -> &'static str {
    if body.relative_effect.is_some() { "relative_effect" } else { "effect" }
}

fn broken_rules(body: &PlanBody) -> Vec<Invalid> {
    let mut broken = Vec::new();
    let mut require = |name: &str, fits: bool, detail: &str| {
        if !fits {
            broken.push(Invalid::new(format!("/{name}"), detail));
        }
    };
    let mean = matches!(body.kind, Kind::Count | Kind::Sum);
    let ratio = body.kind == Kind::Ratio;
    let is_share = |value: f64| value > 0.0 && value < 1.0;
    let rate = "must be a share above 0 and below 1 for the kinds binary and ratio";
    require("baseline", mean || is_share(body.baseline), rate);
    let deviation = "is required for the kinds count and sum, and must be omitted for others";
    require("deviation", body.deviation.is_some() == mean, deviation);
    let size = "is required for the kind ratio, and must be omitted for others";
    require("size", body.size.is_some() == ratio, size);
    require("correlation", ratio || body.correlation.is_none(), "must be omitted unless the kind is ratio");
    let sum: u64 = body.weights.iter().map(|weight| u64::from(*weight)).sum();
    let compared = body.weights[0] > 0 && body.weights[1..].iter().any(|weight| *weight > 0);
    require(
        "weights",
        sum == u64::from(BasisPoints::WHOLE.get()) && compared,
        "must sum to 10000 basis points, with a first weight, that of control, and another one above 0",
    );
    let one_arrival = body.units_per_day.is_none() || body.known_units.is_none();
    require("known_units", one_arrival, "must be omitted with units_per_day");
    let listed = body.known_units.is_none_or(|known| body.planned_units.is_none_or(|plan| plan <= known));
    require("planned_units", listed, "must be at most known_units");
    let _ = effect_rules(body, mean || !is_share(body.baseline), &mut require);
    broken
}

/// Checks the effect: one form, not 0, in the direction of the hypothesis, and possible for a share.
fn effect_rules(body: &PlanBody, any: bool, require: &mut impl FnMut(&str, bool, &str)) -> Option<()> {
    let name = effect_field(body);
    let one = body.effect.is_none() || body.relative_effect.is_none();
    require(name, one, "must be omitted with effect, which is the same in the unit of the goal");
    let given = effect(body).is_some() || body.planned_units.is_some() || body.known_units.is_some();
    require(name, given, "is required without planned_units and known_units");
    let effect = effect(body)?;
    require(name, effect != 0.0, "must not be 0, nor relative to a baseline of 0");
    let side = match body.hypothesis.into() {
        Hypothesis::Different => true,
        Hypothesis::Greater => effect >= 0.0,
        Hypothesis::Less => effect <= 0.0,
    };
    require(name, side, "must be above 0 for the hypothesis greater, and below 0 for less");
    let reached = body.baseline + effect;
    let detail = "must leave a share above 0 and below 1 when it is added to the baseline";
    require(name, any || (reached > 0.0 && reached < 1.0), detail);
    Some(())
}
