//! How many units a test needs, when it has its planned units, and the power that it has by then.

use serde::{Deserialize, Serialize};
use stats::planning::{Aim, Analysis, Outcome, smallest_effect, units_needed};

use super::prospect::{Now, Prospect};
use crate::experiment::goal::{Direction, Goal, Kind, Role};
use crate::experiment::{Definition, Experiment};
use crate::planning::{Baseline, level};
use crate::results::counting::totals::Totals;
use crate::results::reading::pair::Pair;

/// The units that the primary goal needs, at an error rate of 5 % and a power of 80 %.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The basis of the figures.
    pub from: Basis,
    /// Control's observed or expected value.
    pub baseline: f64,
    /// The smallest difference that is worth having, if the author specified it.
    pub effect: Option<f64>,
    /// The units in all arms that find this effect.
    pub units_needed: Option<Needs<u64>>,
    /// The smallest effect that the planned units find.
    pub smallest_effect: Option<Needs<f64>>,
    /// When the test has its planned units. Null without a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prospect: Option<Prospect>,
}

/// The basis of an outlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The author's expectation.
    Expected,
    /// Control's results.
    Results,
}

/// A figure for each kind of analysis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Needs<T> {
    /// For a fixed horizon.
    pub fixed_horizon: Option<T>,
    /// For a sequential analysis, by which the test decides.
    pub sequential: Option<T>,
}

impl Outlook {
    /// Computes the outlook from the author's expectation. Returns None without one.
    #[must_use]
    pub fn planned(definition: &Definition) -> Option<Self> {
        Self::expected(definition, Now::before(definition))
    }

    /// Computes the outlook from control's results, or from the author's expectation while there are too few.
    #[must_use]
    pub fn observed(test: &Experiment, totals: &Totals, now: Now) -> Option<Self> {
        let definition = &test.definition;
        let seen = || {
            let goal = primary(definition)?;
            let at = definition.variants.iter().position(|variant| variant.is_control)?;
            let index = definition.goals.iter().position(|own| own.role == Role::Primary)?;
            let control = &totals.arms.get(at)?.goals[index];
            let (sample, _) = Pair { kind: goal.kind, control, treatment: control }.samples()?;
            let outcome = match goal.kind {
                Kind::Binary => Outcome::Binary { rate: sample.mean },
                _ => Outcome::Mean { deviation: sample.variance.sqrt() },
            };
            (sample.units >= 10.0 && sample.variance > 0.0)
                .then(|| Self::new(definition, goal, (Basis::Results, sample.mean), outcome, now))
        };
        seen().or_else(|| Self::expected(definition, now))
    }

    fn expected(definition: &Definition, now: Now) -> Option<Self> {
        let (expected, goal) = (definition.expected?, primary(definition)?);
        let baseline = Baseline {
            kind: goal.kind,
            value: expected.baseline,
            deviation: expected.deviation,
            size: expected.size,
            correlation: expected.correlation,
        };
        Some(Self::new(definition, goal, (Basis::Expected, expected.baseline), baseline.outcome(), now))
    }

    fn new(
        definition: &Definition,
        goal: &Goal,
        (from, baseline): (Basis, f64),
        outcome: Outcome,
        now: Now,
    ) -> Self {
        let weights: Vec<u32> = definition.variants.iter().map(|variant| variant.weight.get()).collect();
        let control = definition.variants.iter().position(|variant| variant.is_control).unwrap_or(0);
        let below = goal.direction == Direction::Lower;
        let effect = definition.expected.map(|expected| expected.effect);
        let looks = now.looks(definition.planned_units);
        let aim =
            |analysis| Aim { level: level(&weights), hypothesis: goal.hypothesis, ..Aim::usual(analysis) };
        let once = aim(Analysis::FixedHorizon);
        let daily = aim(Analysis::Sequential { spending: definition.spending, looks });
        let needed = |aim| {
            let signed = effect.map(|effect| if below { -effect } else { effect })?;
            units_needed(outcome, signed, &weights, control, aim).map(|units| units.total)
        };
        let found =
            |units: u32, aim| smallest_effect(outcome, u64::from(units), &weights, control, below, aim);
        let units_needed = effect.map(|_| Needs { fixed_horizon: needed(once), sequential: needed(daily) });
        let planned = definition.planned_units;
        Self {
            from,
            baseline,
            effect,
            units_needed,
            smallest_effect: planned
                .map(|units| Needs { fixed_horizon: found(units, once), sequential: found(units, daily) }),
            prospect: planned.map(|units| {
                Prospect::new(&now, units, units_needed.and_then(|needed| needed.sequential), daily)
            }),
        }
    }
}

/// Returns what the author of a new test should check before it starts.
#[must_use]
pub fn warnings(test: &Experiment) -> Vec<String> {
    let mut warnings: Vec<String> = too_few_planned(&test.definition).into_iter().collect();
    if !test.suspect.is_empty() {
        warnings.push(format!(
            "Parts of the test read like instructions to a language model: {}. To start it, send \
             \"acknowledge_suspect\": true.",
            test.suspect.pointers()
        ));
    }
    warnings
}

/// Returns a warning when the planned units are too few for the expected effect.
fn too_few_planned(definition: &Definition) -> Option<String> {
    let planned = u64::from(definition.planned_units?);
    let outlook = Outlook::planned(definition)?;
    let (effect, needed) = (outlook.effect?, outlook.units_needed?);
    if needed.sequential.is_some_and(|sequential| planned >= sequential) {
        return None;
    }
    let units =
        |units: Option<u64>| units.map_or("more than 2000000000".to_owned(), |units| units.to_string());
    Some(format!(
        "planned_units is {planned}. To find the expected effect of {effect} with 80 % power by the plan, \
         the test needs {} accounts, and one analysis at a fixed horizon needs {}.",
        units(needed.sequential),
        units(needed.fixed_horizon)
    ))
}

fn primary(definition: &Definition) -> Option<&Goal> {
    definition.goals.iter().find(|goal| goal.role == Role::Primary)
}
