//! Watches a simulated test with daily looks.

use stats::rerandomization::drawn::{Goal, Place, Unit as Drawn, draw};
use stats::rerandomization::family::{Terms, Watch};
use stats::rerandomization::maturity::at_equal_shares;
use stats::rerandomization::place::{Propensity, place};
use stats::rerandomization::stopped::Ranks;

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
}

/// The compared units at one look.
pub struct Look<'a> {
    /// The units of both arms.
    pub units: Vec<Observed<'a>>,
    /// The share of the window of each of them that has passed.
    pub passed: Vec<f64>,
    /// The number of units of all arms, each counted by the share of its window that has passed.
    pub matured: f64,
}

impl<'a> Look<'a> {
    /// Takes the units of control and of this arm at the look of this day.
    #[must_use]
    pub fn of(units: &'a [Unit], arm: usize, day: u32) -> Self {
        let day = f64::from(day);
        let both = units.iter().filter(|unit| unit.arm == 0 || unit.arm == arm).enumerate();
        let compared: Vec<_> =
            both.filter_map(|(place, unit)| Some(Observed { unit, place, value: unit.at(day)? })).collect();
        let window_ms = f64::from(WINDOW_DAYS) * DAY_MS;
        let passed = compared.iter().map(|own| own.unit.matured_ms(day) / window_ms).collect();
        let present = units.iter().filter(|unit| unit.at(day).is_some());
        let matured_ms: f64 = present.map(|unit| unit.matured_ms(day)).sum();
        Self { units: compared, passed, matured: matured_ms / window_ms }
    }
}

/// The arms of each unit in every draw, computed once for all looks.
struct Places(Vec<Vec<bool>>);

impl Places {
    fn of(cell: &Cell, units: &[Unit], arm: usize, draws: usize) -> Self {
        let mut treated = vec![0.0; draws];
        let both = units.iter().filter(|unit| unit.arm == 0 || unit.arm == arm);
        let places = both.map(|unit| {
            let [control, treatment] = match cell.scenario.redrawn {
                Redrawn::ByPropensity => [unit.weights[0], unit.weights[arm]],
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

fn ranks(cell: &Cell, look: &Look<'_>, (arm, places): (usize, &Places), draws: usize) -> Box<Ranks> {
    let redrawn = |own: &Observed<'_>| Drawn {
        treated: own.unit.arm == arm,
        place: Place::Listed(&places.0[own.place]),
    };
    let units: Vec<_> = look.units.iter().map(redrawn).collect();
    let pairs: Vec<_> = look.units.iter().map(|own| own.value.pair).collect();
    let numbers: Vec<_> = pairs.iter().map(|pair| pair.0).collect();
    let covariates: Vec<_> = look.units.iter().map(|own| [own.value.covariate, 0.0]).collect();
    let ranked = at_equal_shares(&numbers, &look.passed);
    let goal = match (cell.scenario.outcome.kind(), &ranked) {
        (Kind::Amounts, Some(ranked)) => Goal::Maturing(&numbers, ranked),
        (Kind::Amounts, None) => Goal::Amounts(&numbers),
        (Kind::Ratios, _) => Goal::Ratios(&pairs),
        (Kind::Adjusted, _) => Goal::Adjusted(&numbers, ranked.as_ref().unwrap_or(&numbers), &covariates),
    };
    let goals = draw(&units, &[goal], draws);
    goals.first().map(|goal| goal.ranks().into_boxed_slice()).unwrap_or_default()
}
