//! Watches a simulated test with daily looks.

use stats::rerandomization::drawn::{Goal, Place, Unit as Drawn, draw};
use stats::rerandomization::family::{Terms, Watch};
use stats::rerandomization::maturity::at_equal_shares;
use stats::rerandomization::place::{Propensity, place};
use stats::rerandomization::stages::{Stage, combined, real_score};
use stats::rerandomization::statistic::Rank;

use super::cell::Cell;
use super::outcome::{Kind, Value};
use super::scenario::Redrawn;
use super::test::{DAY_MS, LAST_DAY, Unit, WINDOW_DAYS};

/// A compared unit at one look.
pub struct Observed<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Its place among the units of both arms, in the order of their assignment.
    pub place: usize,
    /// Its outcome at this look.
    pub value: Value,
    /// The share of its window that has passed.
    pub passed: f64,
}

/// The compared units at one look.
pub struct Look<'a> {
    /// The units of both arms.
    pub units: Vec<Observed<'a>>,
    /// The information in units past their window: that of all stages.
    pub matured: f64,
    /// The weights of each stage, with its information. A test without a change has one.
    pub stages: Vec<(&'static [u32], f64)>,
}

impl<'a> Look<'a> {
    /// Takes the units of control and of this arm at the look of this day.
    #[must_use]
    pub fn of(units: &'a [Unit], arm: usize, day: u32) -> Self {
        let day = f64::from(day);
        let both = units.iter().filter(|unit| unit.arm == 0 || unit.arm == arm).enumerate();
        let compared: Vec<_> = both
            .filter_map(|(place, unit)| {
                Some(Observed {
                    unit,
                    place,
                    value: unit.at(day)?,
                    passed: unit.matured_ms(day) / (f64::from(WINDOW_DAYS) * DAY_MS),
                })
            })
            .collect();
        let present: Vec<_> = units.iter().filter(|unit| unit.at(day).is_some()).collect();
        let mut in_order = present.clone();
        in_order.sort_by(|a, b| a.assigned.total_cmp(&b.assigned));
        let mut weights: Vec<&'static [u32]> = in_order.iter().map(|unit| unit.weights).collect();
        weights.dedup();
        let is_whole = weights.len() < 2;
        let first = weights.first().map_or(1.0, |own| of_unit(own, arm));
        let stage = |own: &'static [u32]| {
            let of = present.iter().filter(|unit| unit.weights == own);
            let matured: f64 = of.clone().map(|unit| unit.matured_ms(day)).sum();
            let matured = matured / (f64::from(WINDOW_DAYS) * DAY_MS);
            let has_ten = |arm: usize| of.clone().filter(|unit| unit.arm == arm).nth(9).is_some();
            let usable = is_whole || (has_ten(0) && has_ten(arm));
            (own, if usable { matured * (of_unit(own, arm) / first) } else { 0.0 })
        };
        let stages: Vec<_> = weights.into_iter().map(stage).collect();
        Self { units: compared, matured: stages.iter().map(|stage| stage.1).sum(), stages }
    }
}

/// Returns the information of a unit in a comparison of this arm, up to a factor.
fn of_unit(weights: &[u32], arm: usize) -> f64 {
    let [a, b] = [0, arm].map(|arm| f64::from(weights[arm]));
    a * b / (a + b)
}

/// The arms of each unit in every draw, computed once for all looks.
struct Places(Vec<Vec<bool>>);

impl Places {
    fn of(cell: &Cell, units: &[Unit], arm: usize, draws: usize) -> Self {
        let mut treated = vec![0.0; draws];
        let both = units.iter().filter(|unit| unit.arm == 0 || unit.arm == arm);
        let places = both.map(|unit| {
            let [control, treatment] = match cell.redrawn {
                Redrawn::ByPropensity | Redrawn::Pooled => [unit.weights[0], unit.weights[arm]],
                Redrawn::Evenly => [1, 1],
            };
            if let Some(propensity) = Propensity::new(control, treatment) {
                place(&unit.key, propensity, &mut treated);
            }
            treated.iter().map(|treated| *treated > 0.5).collect()
        });
        Self(places.collect())
    }
}

/// Takes looks at the comparison of an arm with control until the end. A comparison that is alone in its family has looks
/// until it is decided.
#[must_use]
pub fn watch(cell: &Cell, units: &[Unit], arm: usize, draws: usize) -> Watch {
    let terms = terms(cell);
    let mut watch = Watch::new(&terms, draws);
    let places = Places::of(cell, units, arm, draws);
    for day in 1..=LAST_DAY {
        let look = Look::of(units, arm, day);
        watch.look(&ranks(cell, &look, (arm, &places), draws), look.matured, &terms);
        if terms.family == 1 && watch.levels[0].decided.is_some() {
            break;
        }
    }
    watch
}

/// Returns the terms of each comparison.
#[must_use]
pub fn terms(cell: &Cell) -> Terms {
    let family = u32::try_from(cell.weights.first.len() - 1).unwrap_or(1);
    let (spending, hypothesis) = (cell.scenario.spending, cell.scenario.hypothesis);
    Terms { planned_units: cell.planned(), spending, hypothesis, family }
}

/// Returns the combined score of each look, and its information in units past their window.
#[must_use]
pub fn looks(cell: &Cell, units: &[Unit], arm: usize, draws: usize) -> Vec<(Option<f64>, f64)> {
    let places = Places::of(cell, units, arm, draws);
    let days = 1..=LAST_DAY;
    days.map(|day| {
        let look = Look::of(units, arm, day);
        (real_score(&stages(cell, &look, (arm, &places), draws)), look.matured)
    })
    .collect()
}

fn ranks(cell: &Cell, look: &Look<'_>, own: (usize, &Places), draws: usize) -> Vec<Option<Rank>> {
    if cell.redrawn == Redrawn::Pooled || look.stages.len() < 2 {
        return stage(cell, &look.units.iter().collect::<Vec<_>>(), own, draws);
    }
    combined(&stages(cell, look, own, draws))
}

fn stages(cell: &Cell, look: &Look<'_>, own: (usize, &Places), draws: usize) -> Vec<Stage> {
    let one = |(weights, information): &(&[u32], f64)| {
        let units: Vec<_> = look.units.iter().filter(|own| own.unit.weights == *weights).collect();
        Stage { ranks: stage(cell, &units, own, draws), information: *information }
    };
    look.stages.iter().map(one).collect()
}

fn stage(
    cell: &Cell,
    observed: &[&Observed<'_>],
    (arm, places): (usize, &Places),
    draws: usize,
) -> Vec<Option<Rank>> {
    let redrawn = |own: &&Observed<'_>| Drawn {
        treated: own.unit.arm == arm,
        place: Place::Listed(&places.0[own.place]),
    };
    let units: Vec<_> = observed.iter().map(redrawn).collect();
    let pairs: Vec<_> = observed.iter().map(|own| own.value.pair).collect();
    let numbers: Vec<_> = pairs.iter().map(|pair| pair.0).collect();
    let covariates: Vec<_> = observed.iter().map(|own| [own.value.covariate, 0.0]).collect();
    let passed: Vec<_> = observed.iter().map(|own| own.passed).collect();
    let ranked = at_equal_shares(&numbers, &passed);
    let goal = match (cell.scenario.outcome.kind(), &ranked) {
        (Kind::Amounts, Some(ranked)) => Goal::Maturing(&numbers, ranked),
        (Kind::Amounts, None) => Goal::Amounts(&numbers),
        (Kind::Ratios, _) => Goal::Ratios(&pairs),
        (Kind::Adjusted, _) => Goal::Adjusted(&numbers, ranked.as_ref().unwrap_or(&numbers), &covariates),
    };
    let goals = draw(&units, &[goal], draws);
    goals.first().map(stats::rerandomization::drawn::Drawn::ranks).unwrap_or_default()
}
