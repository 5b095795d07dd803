//! The same simulated test through the results of `domain`: stored rows are counted, every comparison takes a look, and
//! the report contains the verdict.

use std::collections::BTreeMap;
use std::error::Error;

use domain::clock::Timestamp;
use domain::experiment::goal::Role;
use domain::experiment::{
    Assignment, BasisPoints, Conversion, Definition, EventId, Experiment, GoalKey, Seed, Status, UnitId,
    Version, Weighting,
};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::row::Row;
use domain::results::counting::totals::Totals;
use domain::results::looks::{Decided, Looks, Watched};
use domain::results::report::Report;
use domain::results::verdict::Advice;
use domain::validation::typed;
use stats::rerandomization::DRAWS;
use stats::rerandomization::family::{Watch, decide};

use super::cell::Cell;
use super::decision::watch;
use super::definition::{GOAL, PARTS, body};
use super::outcome::{Kind, Value};
use super::test::{DAY_MS, LAST_DAY, Unit};

/// Watches a test with the results of `domain`, and returns whether [`watch`] decides it with the same looks, draws and
/// stopped histories.
///
/// # Errors
/// When `domain` rejects the test.
pub fn compare(cell: &Cell, units: &[Unit]) -> Result<(Ended, bool), Box<dyn Error>> {
    let stored = Stored::new(cell, units)?;
    let (ended, keyed) = (stored.watch()?, stored.keyed()?);
    let arms = 1..cell.weights.first.len();
    let own: Vec<_> = arms.map(|arm| unnumbered(watch(cell, &keyed, arm, DRAWS))).collect();
    let decided = decide(&own.iter().map(Some).collect::<Vec<_>>());
    let is_same = ended.watches == own && ended.decided == decided;
    Ok((ended, is_same))
}

/// Removes the numbers of looks. `domain` does not number a look at which nothing has changed.
fn unnumbered(mut watch: Watch) -> Watch {
    watch.looks = 0;
    for decided in watch.levels.iter_mut().filter_map(|level| level.decided.as_mut()) {
        decided.look = 0;
    }
    watch
}

/// A simulated test as `domain` stores it.
pub struct Stored<'a> {
    test: Experiment,
    units: &'a [Unit],
    kind: Kind,
}

/// The end of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Each comparison after its last look, without the numbers of looks.
    pub watches: Vec<Watch>,
    /// The decision on each treatment for the primary goal, with its corrected p-value.
    pub decided: Vec<Option<(Decided, f64)>>,
    /// The verdict at the last look.
    pub verdict: Advice,
}

impl<'a> Stored<'a> {
    /// Defines the test of a cell. The key of its first unit gives the seed of its draws.
    ///
    /// # Errors
    /// When `domain` rejects the definition.
    pub fn new(cell: &Cell, units: &'a [Unit]) -> Result<Self, Box<dyn Error>> {
        let definition = typed(body(cell)).and_then(Definition::parse);
        let definition = definition.map_err(|found| format!("the definition is invalid: {found:?}"))?;
        let key = units.first().ok_or("a test has units")?.key;
        let seed = Seed::from_random(std::array::from_fn(|index| key[index]));
        let mut test = Experiment::draft(definition, seed, Timestamp::from_millis(0));
        test.status = Status::Running;
        let mut weights: Vec<&[u32]> = units.iter().map(|unit| unit.weights).collect();
        weights.dedup();
        for (own, revision) in weights.iter().zip(1..).skip(1) {
            test.weightings.push(Weighting { revision, weights: basis_points(own)? });
        }
        Ok(Self { test, units, kind: cell.scenario.outcome.kind() })
    }

    /// Returns the same units with the keys by which `domain` draws them again, in the order in which it adds them up.
    /// Another order rounds sums differently, which can separate histories that are ties.
    ///
    /// # Errors
    /// When `domain` does not count a unit.
    pub fn keyed(&self) -> Result<Vec<Unit>, Box<dyn Error>> {
        let keyed = |number: usize| {
            let mut aggregation = Aggregation::new(&self.test, at(f64::from(LAST_DAY)));
            aggregation.push(self.assigned(number)?);
            let totals = aggregation.finish();
            let rows = totals.unit_rows.sorted().ok_or("there are too many units")?;
            Ok(Unit { key: rows.first().ok_or("a unit is not counted")?.key, ..self.units[number] })
        };
        let mut all = (0..self.units.len()).map(keyed).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        all.sort_by_key(|unit| unit.key);
        Ok(all)
    }

    /// Takes a look every day until the end. A comparison that is alone is looked at until it is decided.
    ///
    /// # Errors
    /// When a name is invalid.
    pub fn watch(&self) -> Result<Ended, Box<dyn Error>> {
        let mut looks = Looks::default();
        let mut day = 1;
        loop {
            let totals = self.totals(f64::from(day))?;
            let watched = Watched::new(&self.test, &totals, looks).look(&self.test, &totals);
            let all: Vec<Watch> =
                watched.looks.comparisons().iter().map(|own| unnumbered(own.watch.clone())).collect();
            let is_over = all.len() == 1 && all[0].levels[0].decided.is_some();
            if day == LAST_DAY || is_over {
                let report = Report::new(&self.test, &totals, at(f64::from(day)), None, &watched);
                let mut decided = watched.looks.decided(&self.test, Role::Primary);
                decided.iter_mut().flatten().for_each(|(own, _)| own.look = 0);
                return Ok(Ended { watches: all, decided, verdict: report.verdict.decision });
            }
            (looks, day) = (watched.looks, day + 1);
        }
    }

    fn totals(&self, day: f64) -> Result<Totals, Box<dyn Error>> {
        let mut aggregation = Aggregation::new(&self.test, at(day));
        for number in (0..self.units.len()).filter(|number| self.units[*number].at(day).is_some()) {
            self.rows(number, day)?.into_iter().for_each(|row| aggregation.push(row));
        }
        Ok(aggregation.finish())
    }

    /// Returns the rows of a unit that are stored on this day.
    fn rows(&self, number: usize, day: f64) -> Result<Vec<Row>, Box<dyn Error>> {
        let unit = &self.units[number];
        let value = unit.at(day).ok_or("the unit is not in the test")?;
        let mut rows = vec![self.assigned(number)?];
        for (goal, value) in self.outcomes(&value) {
            rows.push(Row::Converted(Conversion {
                unit_id: unit_id(number)?,
                goal: GoalKey::parse(goal)?,
                event_id: EventId::parse("only")?,
                version: Version::FIRST,
                value,
                occurred_at: at(unit.arrives.min(day)).into(),
            }));
        }
        Ok(rows)
    }

    /// Returns the revision under which a unit is assigned.
    fn revision(&self, unit: &Unit) -> u64 {
        let own =
            |weighting: &&Weighting| basis_points(unit.weights).is_ok_and(|own| own == weighting.weights);
        self.test.weightings.iter().find(own).map_or(self.test.revision, |own| own.revision)
    }

    fn assigned(&self, number: usize) -> Result<Row, Box<dyn Error>> {
        let unit = &self.units[number];
        let variant = &self.test.definition.variants[unit.arm];
        let assignment = Assignment {
            variant: variant.key.clone(),
            assigned_at: at(unit.assigned),
            revision: self.revision(unit),
            propensity: variant.weight,
            segments: BTreeMap::new(),
            covariate: (self.kind == Kind::Adjusted).then_some(unit.value.covariate),
        };
        Ok(Row::Assigned { unit_id: unit_id(number)?, phase: self.test.phase, assignment })
    }

    /// Returns the outcomes that are recorded, by goal.
    fn outcomes(&self, value: &Value) -> Vec<(&'static str, f64)> {
        let (x, y) = value.pair;
        let all = match self.kind {
            Kind::Ratios => vec![(PARTS[0], x), (PARTS[1], y)],
            Kind::Amounts | Kind::Adjusted => vec![(GOAL, x)],
        };
        all.into_iter().filter(|(_, value)| value.abs() > 0.0).collect()
    }
}

fn basis_points(weights: &[u32]) -> Result<Vec<BasisPoints>, Box<dyn Error>> {
    let all: u32 = weights.iter().sum();
    let parsed: Result<_, _> = weights.iter().map(|own| BasisPoints::parse(own * 10_000 / all)).collect();
    Ok(parsed.map_err(|found| format!("the weights are invalid: {found:?}"))?)
}

fn unit_id(number: usize) -> Result<UnitId, Box<dyn Error>> {
    Ok(UnitId::parse(format!("unit-{number}"))?)
}

fn at(day: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "days of a simulated test")]
    Timestamp::from_millis((day * DAY_MS).round() as i64)
}
