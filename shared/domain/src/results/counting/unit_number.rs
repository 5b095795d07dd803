//! The outcome of one unit for one goal, as a number.

use stats::figure;
use stats::moments::Moments;

use super::outcomes::Place;
use super::row::Row;
use super::totals::GoalTotals;
use crate::clock::{Dated, Zone};
use crate::experiment::goal::Kind;
use crate::experiment::{Assignment, Goal, GoalKey};

/// The outcome of one unit for one goal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct UnitNumber {
    pub converted: bool,
    pub number: f64,
    denominator: Option<f64>,
}

impl UnitNumber {
    /// Returns the outcome of the unit of these rows. Days are those of `zone`.
    pub(super) fn of(goal: &Goal, zone: &Zone, assignment: &Assignment, rows: &[Row]) -> Self {
        let window_ms = goal.window_ms();
        let is_within =
            |occurred_at| Place::of(occurred_at, zone, assignment.assigned_at, window_ms) == Place::Within;
        let within = |key: &GoalKey| sum(key, is_within, rows);
        if let Some(parts) = &goal.parts {
            let (above, below) = (within(&parts.numerator), within(&parts.denominator));
            let converted = above.units() + below.units() > 0;
            let (number, denominator) = (figure(above.total()), Some(figure(below.total())));
            return Self { converted, number, denominator };
        }
        let found = within(&goal.key);
        let converted = found.units() > 0;
        let number =
            if goal.kind == Kind::Binary { f64::from(u8::from(converted)) } else { figure(found.total()) };
        Self { converted, number, denominator: None }
    }

    pub(super) fn add_to(self, totals: &mut GoalTotals, kind: Kind, covariate: Option<f64>) {
        totals.converted += u64::from(self.converted);
        totals.moments.add(self.number);
        if let Some(other) = self.denominator.or(covariate) {
            totals.paired.add(self.number, other);
        }
        if kind != Kind::Binary {
            totals.numbers.push(self.number, self.denominator.unwrap_or(1.0));
            totals.sizes.add(self.number);
            self.denominator.into_iter().for_each(|base| totals.bases.add(base));
        }
    }

    /// Returns the number with its denominator, which is 1 unless the goal is a ratio.
    pub(super) fn pair(self) -> (f64, f64) {
        (self.number, self.denominator.unwrap_or(1.0))
    }
}

/// Returns the number and the sum of a unit's outcomes of one goal in its window.
fn sum(key: &GoalKey, is_within: impl Fn(Dated) -> bool, rows: &[Row]) -> Moments {
    let mut sum = Moments::default();
    for row in rows {
        if let Row::Converted(outcome) = row
            && outcome.goal == *key
            && is_within(outcome.occurred_at)
        {
            sum.add(outcome.value);
        }
    }
    sum
}
