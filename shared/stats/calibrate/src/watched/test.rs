//! The units of one simulated test.

use super::cell::Cell;
use stats::delta;
use stats::joint::Joint;
use stats::sample::Contrast;

use super::outcome::{Circumstances, Value};
use super::scenario::{Delay, Operator};
use crate::goals::{Random, real};

/// Days in which the planned units arrive. As many arrive in the same time after it.
pub const ARRIVAL_DAYS: f64 = 20.0;

/// The window of every unit, in days. With it, the information is exactly 1 at the look of day 23.
pub const WINDOW_DAYS: u32 = 6;

/// A day in milliseconds.
pub const DAY_MS: f64 = 86_400_000.0;

/// The day of the last look, when twice the planned units have arrived and all windows have ended.
pub const LAST_DAY: u32 = 46;

/// The day from which units are assigned with the later weights.
const CHANGE_DAY: f64 = 10.0;

/// The day of the look after which the operator changes the weights: the information is a half.
pub const OPERATOR_DAY: f64 = 13.0;

/// An eager operator changes the weights only if the arms are farther apart than this, in standard errors.
const NEARLY: f64 = 1.5;

/// The share of units that are erased, and the share that are corrected, if any are.
const EDITED: f64 = 0.15;

/// A unit. Times are in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// When it is assigned.
    pub assigned: f64,
    /// Its arm: 0 for control.
    pub arm: usize,
    /// The weights under which it is assigned.
    pub weights: &'static [u32],
    /// The key of its draws.
    pub key: [u8; 32],
    /// When its outcome arrives.
    pub arrives: f64,
    /// Its outcome.
    pub value: Value,
    /// When it is erased or corrected, and its outcome from then on. None for an erased unit.
    pub edit: Option<(f64, Option<Value>)>,
}

impl Unit {
    /// Returns the outcome at the look of this day. None when the unit is not in the test.
    #[must_use]
    pub fn at(&self, day: f64) -> Option<Value> {
        let value = match self.edit {
            Some((since, edited)) if since <= day => edited?,
            _ => self.value,
        };
        let none = Value { pair: (0.0, 0.0), ..value };
        (self.assigned <= day).then_some(if self.arrives <= day { value } else { none })
    }

    /// Returns how much of its window has passed on this day, in milliseconds.
    #[must_use]
    pub fn matured_ms(&self, day: f64) -> f64 {
        ((day - self.assigned) * DAY_MS).round().clamp(0.0, f64::from(WINDOW_DAYS) * DAY_MS)
    }
}

/// Draws the units of one repetition, in the order of their assignment. They depend on the cell and on the number
/// of the repetition alone.
#[must_use]
pub fn units(cell: &Cell, repetition: usize) -> Vec<Unit> {
    let mut random = Random::of("watched", cell.seed(), repetition);
    let planned = cell.size * cell.weights.first.len();
    let (mut found, mut chosen) = (Vec::with_capacity(2 * planned), None);
    for number in 0..2 * planned {
        let assigned = (real(number) + 0.5) / real(planned) * ARRIVAL_DAYS;
        let by_day = if assigned < CHANGE_DAY { cell.weights.first } else { cell.weights.later };
        let weights = match cell.scenario.operator {
            Operator::Absent => by_day,
            _ if assigned < OPERATOR_DAY => cell.weights.first,
            operator => *chosen.get_or_insert_with(|| by_operator(operator, &found)),
        };
        found.push(unit(cell, (assigned, planned), weights, &mut random));
    }
    found
}

/// Returns the weights that the operator chooses after the look at these units.
fn by_operator(operator: Operator, units: &[Unit]) -> &'static [u32] {
    let mut arms = [Joint::default(); 2];
    for unit in units {
        if let Some(value) = unit.at(OPERATOR_DAY) {
            arms[unit.arm].add(value.pair.0, value.pair.1);
        }
    }
    let [a, b] = arms.map(|own| delta::sample(&own));
    let apart = a.zip(b).and_then(|(a, b)| Contrast::separate(&a, &b)).map_or(0.0, |own| own.t());
    match (operator, apart > 0.0) {
        (Operator::Eager, _) if apart.abs() < NEARLY => &[50, 50],
        (Operator::Away, true) | (Operator::Toward | Operator::Eager | Operator::Absent, false) => &[80, 20],
        (Operator::Away, false) | (Operator::Toward | Operator::Eager | Operator::Absent, true) => &[20, 80],
    }
}

fn unit(
    cell: &Cell,
    (assigned, planned): (f64, usize),
    weights: &'static [u32],
    random: &mut Random,
) -> Unit {
    let scenario = cell.scenario;
    let key = random.seed();
    let arm = arm(weights, random.even());
    let lift = if arm == 1 { cell.lift() } else { 0.0 };
    let at = Circumstances { lift, day: assigned, planned: real(planned) };
    let place = match scenario.delay {
        Delay::Any => random.even(),
        Delay::Late => 0.8 + 0.2 * random.even(),
    };
    let value = scenario.outcome.draw(&at, random);
    let mut edit = None;
    if scenario.edited {
        let (chance, since) = (random.even(), f64::from(LAST_DAY) * random.even());
        // A corrected outcome is three times another one, in either arm.
        let other = scenario.outcome.draw(&at, random);
        let tripled = Value { pair: (3.0 * other.pair.0, other.pair.1), ..other };
        let edited = if chance < EDITED { None } else { Some(tripled) };
        edit = (chance < 2.0 * EDITED).then_some((since, edited));
    }
    Unit { assigned, arm, weights, key, arrives: assigned + place * f64::from(WINDOW_DAYS), value, edit }
}

/// Returns the arm at this place, 0 to 1, of the weights.
fn arm(weights: &[u32], place: f64) -> usize {
    let mut left = place * f64::from(weights.iter().sum::<u32>());
    let found = weights.iter().position(|weight| {
        left -= f64::from(*weight);
        left < 0.0
    });
    found.unwrap_or(weights.len() - 1)
}
