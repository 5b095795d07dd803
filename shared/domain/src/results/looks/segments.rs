//! Looks at the values of the declared segment attributes, for the primary goal.

use std::collections::BTreeMap;

use stats::rerandomization::drawn::{self, Goal as Outcomes, Unit};
use stats::rerandomization::segments;
use stats::rerandomization::statistic::Rank;

use super::stored::{NamedValue, WatchedSegments};
use super::terms::terms;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, Goal};
use crate::results::counting::unit_rows::UnitRow;

/// Values with fewer units than this in both arms together cannot have enough in each arm of any history.
const MIN_UNITS: usize = 20;

/// The most values that are looked at, over all attributes. Others have no decision.
const MAX_VALUES: usize = 200;

/// A value of an attribute, with the rank of every history among its units.
#[derive(Debug, Clone)]
pub struct SegmentDraws {
    /// The attribute.
    pub attribute: AttributeName,
    /// The value.
    pub value: String,
    /// The ranks, the real history first.
    pub ranks: Vec<Option<Rank>>,
}

/// Draws the units of each value again. The values are in the order of the attributes and then of the values.
pub(super) fn drawn(test: &Experiment, placed: &[(&UnitRow, Unit<'_>)], draws: usize) -> Vec<SegmentDraws> {
    let goals = &test.definition.goals;
    let Some(index) = goals.iter().position(|goal| goal.role == Role::Primary) else { return Vec::new() };
    let mut found = Vec::new();
    for (number, attribute) in test.definition.segments.iter().enumerate() {
        let mut values: BTreeMap<&str, Vec<&(&UnitRow, Unit<'_>)>> = BTreeMap::new();
        for own in placed {
            if let Some(Some(value)) = own.0.segments.get(number) {
                values.entry(value).or_default().push(own);
            }
        }
        let large = values.into_iter().filter(|(_, units)| units.len() >= MIN_UNITS);
        found.extend(large.map(|(value, units)| SegmentDraws {
            attribute: attribute.clone(),
            value: value.to_owned(),
            ranks: ranks(&goals[index], index, &units, draws),
        }));
    }
    found.truncate(MAX_VALUES);
    found
}

fn ranks(goal: &Goal, index: usize, units: &[&(&UnitRow, Unit<'_>)], draws: usize) -> Vec<Option<Rank>> {
    let pairs: Vec<(f64, f64)> =
        units.iter().map(|own| own.0.outcomes.get(index).copied().unwrap_or_default()).collect();
    let numbers: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
    let outcomes =
        if goal.kind == Kind::Ratio { Outcomes::Ratios(&pairs) } else { Outcomes::Amounts(&numbers) };
    let units: Vec<Unit<'_>> = units.iter().map(|own| own.1).collect();
    drawn::draw(&units, &[outcomes], draws).first().map(drawn::Drawn::ranks).unwrap_or_default()
}

impl WatchedSegments {
    /// Takes a look at the values. A value that was named before keeps its first decision.
    pub(super) fn look(
        before: Option<&Self>,
        test: &Experiment,
        goal: &Goal,
        values: &[SegmentDraws],
        matured: f64,
    ) -> Option<Self> {
        let draws = values.first()?.ranks.len().checked_sub(1)?;
        let terms = terms(test, goal);
        let new = || Self { watch: segments::watch(&terms, draws), named: Vec::new() };
        let mut own = before.cloned().unwrap_or_else(new);
        let ranks: Vec<_> = values.iter().map(|value| value.ranks.clone()).collect();
        let decided = segments::look(&mut own.watch, &ranks, matured, &terms);
        for (value, decided) in values.iter().zip(decided) {
            let is_named =
                own.named.iter().any(|old| old.attribute == value.attribute && old.value == value.value);
            if let Some(decided) = decided.filter(|_| !is_named) {
                let (attribute, value) = (value.attribute.clone(), value.value.clone());
                own.named.push(NamedValue { attribute, value, decided });
            }
        }
        Some(own)
    }
}
