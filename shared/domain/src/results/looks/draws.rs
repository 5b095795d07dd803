//! Draws the units of a test again: those of control and of one other arm at a time, so that an effect of a third arm
//! cannot make the comparison wrong.

use std::collections::BTreeMap;

use stats::rerandomization::MIN_DRAWS;
use stats::rerandomization::drawn::{self, Drawn, Place, Unit};
use stats::rerandomization::maturity::at_equal_shares;
use stats::rerandomization::place::Propensity;

use super::covariate::Covariate;
use super::listed::Listed;
use super::segments::{self, SegmentDraws};
use super::stages::{GoalDraws, information};
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{Experiment, Goal};
use crate::results::counting::changed_weights::{are_changed, undeclared_change};
use crate::results::counting::totals::Totals;
use crate::results::counting::unit_rows::UnitRow;

/// The number of parts of a test that may have all draws. A part takes about a megabyte.
const WHOLE: usize = 64;

/// The draws of all arms other than control.
#[derive(Debug, Default)]
pub struct Draws(Vec<ArmDraws>);

/// The draws of control and one other arm.
#[derive(Debug)]
pub struct ArmDraws {
    /// The other arm, in the definition's order.
    pub arm: usize,
    /// Control, in the definition's order.
    pub control: usize,
    /// The values of the segment attributes, for the primary goal. Empty after a change of weights.
    pub segments: Vec<SegmentDraws>,
    /// One entry for each goal, in the definition's order. None for goals without a reading.
    goals: Vec<Option<GoalDraws>>,
}

impl ArmDraws {
    /// Returns the draws of a goal.
    #[must_use]
    pub fn goal(&self, index: usize) -> Option<&GoalDraws> {
        self.goals.get(index)?.as_ref()
    }
}

impl Draws {
    /// Draws all units. There are no draws for adaptive tests, for tests with too many units, and for external tests
    /// whose shares have changed although their weights have not.
    #[must_use]
    pub fn new(test: &Experiment, totals: &Totals) -> Self {
        let definition = &test.definition;
        let Some(control) = definition.variants.iter().position(|variant| variant.is_control) else {
            return Self::default();
        };
        let is_drawn =
            definition.allocation.mode != Mode::Adaptive && undeclared_change(test, totals).is_none();
        let Some(units) = totals.unit_rows.sorted().filter(|_| is_drawn) else { return Self::default() };
        let stages = totals.strata.iter().filter(|units| units.iter().any(|units| *units > 0)).count();
        let parts = definition.goals.len() * (definition.variants.len() - 1) * stages.max(1);
        let draws = bounded(stats::rerandomization::draws(units.len()), parts);
        let listed = Listed::new(test, &units, draws);
        let others = (0..definition.variants.len()).filter(|arm| *arm != control);
        Self(others.map(|arm| pair(test, totals, &units, (control, arm), &listed, draws)).collect())
    }

    /// Returns the draws of each arm other than control.
    #[must_use]
    pub fn arms(&self) -> &[ArmDraws] {
        &self.0
    }
}

/// Returns the number of draws of a test with this many parts: goals × treatments × sets of weights. More than
/// [`WHOLE`] parts have fewer draws, because the sums of all draws are in memory at the same time.
fn bounded(draws: usize, parts: usize) -> usize {
    (draws * WHOLE / parts.max(WHOLE)).max(MIN_DRAWS.min(draws))
}

/// Draws the units that are in one of two arms.
fn pair(
    test: &Experiment,
    totals: &Totals,
    units: &[&UnitRow],
    (control, arm): (usize, usize),
    listed: &Listed,
    draws: usize,
) -> ArmDraws {
    let weights = |row: &UnitRow| {
        let weights = &test.weightings.get(row.weighting)?.weights;
        Propensity::new(weights.get(control)?.get(), weights.get(arm)?.get())
    };
    let place = |row: &UnitRow| {
        let own = row.known.and_then(|known| listed.arms(known)).map(Place::Listed);
        own.or_else(|| Some(Place::Alone { key: row.key, propensity: weights(row)? }))
    };
    let both = units.iter().filter(|row| row.arm == control || row.arm == arm);
    let placed: Vec<(&UnitRow, Unit<'_>)> =
        both.filter_map(|row| Some((*row, Unit { treated: row.arm == arm, place: place(row)? }))).collect();
    let is_whole = !are_changed(test, totals);
    let segments = if is_whole { segments::drawn(test, &placed, draws) } else { Vec::new() };
    let stages = if is_whole { vec![(0, placed)] } else { by_weighting(&placed) };
    let mut goals = vec![Vec::new(); test.definition.goals.len()];
    for (weighting, units) in &stages {
        for (index, drawn) in drawn(test, units, draws) {
            let all = information(test, totals, index, (control, arm));
            let own = if is_whole { 1.0 } else { all.get(*weighting).copied().unwrap_or(0.0) };
            goals[index].push((drawn, own));
        }
    }
    let some = |own: Vec<_>| (!own.is_empty()).then(|| GoalDraws::new(own));
    ArmDraws { arm, control, segments, goals: goals.into_iter().map(some).collect() }
}

/// The units of a stage, with its number.
type Placed<'a> = (usize, Vec<(&'a UnitRow, Unit<'a>)>);

/// Divides units by the weights under which they were assigned.
fn by_weighting<'a>(placed: &[(&'a UnitRow, Unit<'a>)]) -> Vec<Placed<'a>> {
    let mut found: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for own in placed {
        found.entry(own.0.weighting).or_default().push(*own);
    }
    found.into_iter().collect()
}

/// Draws these units for each goal with a reading.
fn drawn(test: &Experiment, placed: &[(&UnitRow, Unit<'_>)], draws: usize) -> Vec<(usize, Drawn)> {
    let goals = test.definition.goals.iter().enumerate();
    let outcomes: Vec<(usize, Outcomes)> =
        goals.filter_map(|(index, goal)| Some((index, Outcomes::of(goal, index, placed)?))).collect();
    let units: Vec<Unit<'_>> = placed.iter().map(|(_, unit)| *unit).collect();
    let read: Vec<_> = outcomes.iter().map(|(_, own)| own.goal()).collect();
    let found = drawn::draw(&units, &read, draws);
    outcomes.iter().map(|(index, _)| *index).zip(found).collect()
}

/// The outcomes of a goal, one for each unit of two arms.
enum Outcomes {
    Amounts(Vec<f64>),
    Maturing(Vec<f64>, Vec<f64>),
    Ratios(Vec<(f64, f64)>),
    Adjusted(Vec<f64>, Vec<f64>, Vec<[f64; 2]>),
}

impl Outcomes {
    /// Returns the outcomes of a goal, or None for a goal that is only recorded.
    fn of(goal: &Goal, index: usize, placed: &[(&UnitRow, Unit<'_>)]) -> Option<Self> {
        if goal.role == Role::None {
            return None;
        }
        let pairs = || placed.iter().filter_map(|(row, _)| row.outcomes.get(index).copied());
        if goal.kind == Kind::Ratio {
            return Some(Self::Ratios(pairs().collect()));
        }
        let numbers: Vec<f64> = pairs().map(|(number, _)| number).collect();
        let covariates: Vec<Option<f64>> = placed.iter().map(|(row, _)| row.covariate).collect();
        let passed: Vec<f64> = placed.iter().map(|(row, _)| row.passed(goal.window_ms())).collect();
        let ranked = at_equal_shares(&numbers, &passed);
        Some(match (Covariate::choose(&numbers, &covariates), ranked) {
            (Some(covariate), ranked) => {
                let ranked = ranked.unwrap_or_else(|| numbers.clone());
                Self::Adjusted(numbers, ranked, covariate.columns(&covariates))
            }
            (None, Some(ranked)) => Self::Maturing(numbers, ranked),
            (None, None) => Self::Amounts(numbers),
        })
    }

    fn goal(&self) -> drawn::Goal<'_> {
        match self {
            Self::Amounts(numbers) => drawn::Goal::Amounts(numbers),
            Self::Ratios(pairs) => drawn::Goal::Ratios(pairs),
            Self::Maturing(numbers, ranked) => drawn::Goal::Maturing(numbers, ranked),
            Self::Adjusted(numbers, ranked, covariates) => drawn::Goal::Adjusted(numbers, ranked, covariates),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_parts_have_fewer_draws_so_that_their_memory_stays_the_same() {
        assert_eq!(bounded(9_999, 1), 9_999);
        assert_eq!(bounded(9_999, WHOLE), 9_999);
        assert!(bounded(9_999, 5 * WHOLE) * 5 <= 9_999);
        assert_eq!(bounded(9_999, 1_000 * WHOLE), MIN_DRAWS);
        assert_eq!(bounded(499, 1_000 * WHOLE), 499, "never more than without the bound");
    }
}
