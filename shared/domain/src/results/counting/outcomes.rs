//! Classifies each recorded outcome: it counts, or there is a reason why it does not count. Every outcome of
//! a declared goal is in exactly one of the counts, so every outcome that was sent is accounted for.

use serde::{Deserialize, Serialize};

use super::row::Row;
use crate::clock::{Dated, Timestamp, Zone};
use crate::experiment::goal::Kind;
use crate::experiment::{Assignment, Conversion, Experiment, Goal, GoalKey};

/// The outcomes of one goal, by classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Inside the window of their unit's assignment in this phase.
    pub counted: u64,
    /// The counted outcomes whose unit's window is still open.
    pub immature: u64,
    /// Outcomes of a unit id that is not assigned in any phase.
    pub unknown_unit: u64,
    /// Outcomes before the unit was assigned.
    pub before_assignment: u64,
    /// Outcomes after the unit's window had ended.
    pub after_window: u64,
    /// Outcomes that belong to the unit's assignment in another phase.
    pub other_phase: u64,
    /// Outcomes of units that had an override before they were assigned. Results exclude these units.
    pub overridden: u64,
    /// Outcomes of accounts that were assigned to different variants under several ids. Results exclude these accounts.
    #[serde(skip_serializing_if = "is_zero")]
    pub merged: u64,
    /// Outcomes after the test was shipped. From then on, every account gets the winner.
    pub after_shipping: u64,
    /// Outcomes whose highest version is a void.
    #[serde(skip_serializing_if = "is_zero")]
    pub void: u64,
    /// Versions of outcomes below the highest one, also below a void.
    #[serde(skip_serializing_if = "is_zero")]
    pub replaced: u64,
}

/// Returns whether a count is left out, because reports of versions before it had no such count.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(in crate::results) fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The outcomes of a goal in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeReport {
    /// The goal. A ratio has no outcomes of its own.
    pub goal: GoalKey,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
}

impl OutcomeReport {
    /// Returns one entry per goal with recorded outcomes, in the definition's order.
    #[must_use]
    pub fn all(test: &Experiment, tallies: &[Tally]) -> Vec<Self> {
        let both = test.definition.goals.iter().zip(tallies);
        both.filter(|(goal, _)| goal.kind != Kind::Ratio)
            .map(|(goal, tally)| Self { goal: goal.key.clone(), tally: *tally })
            .collect()
    }
}

impl Tally {
    /// Returns the number of recorded versions of outcomes. It only grows during a phase.
    #[must_use]
    pub fn recorded(&self) -> u64 {
        let not_counted = self.unknown_unit + self.before_assignment + self.after_window + self.other_phase;
        self.counted
            + not_counted
            + self.overridden
            + self.merged
            + self.after_shipping
            + self.void
            + self.replaced
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.counted += other.counted;
        self.immature += other.immature;
        self.unknown_unit += other.unknown_unit;
        self.before_assignment += other.before_assignment;
        self.after_window += other.after_window;
        self.other_phase += other.other_phase;
        self.overridden += other.overridden;
        self.merged += other.merged;
        self.after_shipping += other.after_shipping;
        self.void += other.void;
        self.replaced += other.replaced;
    }
}

/// Returns the tally of a goal. None for a goal that the test does not declare.
fn tally_of<'t>(test: &Experiment, goal: &GoalKey, tallies: &'t mut [Tally]) -> Option<&'t mut Tally> {
    let index = test.definition.goals.iter().position(|declared| declared.key == *goal)?;
    tallies.get_mut(index)
}

/// Leaves the highest version of each outcome in a unit's rows, which are sorted by rank, and removes those that are
/// void. What is removed is added to its tally.
pub(super) fn leave_highest_versions(test: &Experiment, rows: &mut Vec<Row>, tallies: &mut [Tally]) {
    let replaced = |pair: &[Row]| pair[0].is_replaced_by(&pair[1]);
    let mut stays: Vec<bool> = rows.windows(2).map(|pair| !replaced(pair)).collect();
    stays.push(true);
    let mut stays = stays.into_iter();
    rows.retain(|row| {
        let count: fn(&mut Tally) = match (stays.next(), row) {
            (Some(false), _) => |tally| tally.replaced += 1,
            (_, Row::Voided(_)) => |tally| tally.void += 1,
            _ => return true,
        };
        if let Some(tally) = row.goal().and_then(|goal| tally_of(test, goal, tallies)) {
            count(tally);
        }
        false
    });
}

/// Removes from a unit's rows those after shipping, and adds the outcomes among them to their tallies.
pub(super) fn leave_out_after_shipping(test: &Experiment, rows: &mut Vec<Row>, tallies: &mut [Tally]) {
    let Some(shipped) = &test.shipped else { return };
    rows.retain(|row| {
        let stays = row.is_before(shipped.at, &test.definition.time_zone);
        if let Row::Converted(outcome) = row
            && !stays
            && let Some(tally) = tally_of(test, &outcome.goal, tallies)
        {
            tally.after_shipping += 1;
        }
        stays
    });
}

/// The time of an outcome relative to its unit's assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    Within,
    After,
}

impl Place {
    /// Returns the place of an outcome. An outcome that is dated by day is within the window when any moment
    /// of that day in `zone` is. One of the day of the assignment therefore counts.
    pub(super) fn of(occurred_at: Dated, zone: &Zone, assigned_at: Timestamp, window_ms: i64) -> Self {
        if occurred_at.last(zone) < assigned_at {
            Self::Before
        } else if occurred_at.first(zone).millis() - assigned_at.millis() > window_ms {
            Self::After
        } else {
            Self::Within
        }
    }
}

/// Returns whether a unit's window of a goal has ended at `as_of`.
pub(super) fn is_mature(assignment: &Assignment, goal: &Goal, as_of: Timestamp) -> bool {
    assignment.assigned_at.millis() + goal.window_ms() < as_of.millis()
}

/// A unit's assignments, and whether an override excludes it.
pub(super) struct UnitOutcomes<'a> {
    test: &'a Experiment,
    rows: &'a [Row],
    own: Option<&'a Assignment>,
    overridden: bool,
}

impl<'a> UnitOutcomes<'a> {
    /// Reads the unit of these rows. `own` is its assignment in the test's phase, to an existing arm.
    pub(super) fn of(test: &'a Experiment, rows: &'a [Row], own: Option<&'a Assignment>) -> Self {
        let forced = |row: &Row| match own {
            Some(own) => test.was_overridden(row.unit_id(), own.assigned_at),
            None => test.definition.overrides.contains_key(row.unit_id()),
        };
        Self { test, rows, own, overridden: rows.first().is_some_and(forced) }
    }

    /// Adds each of the unit's outcomes to its goal's tally.
    pub(super) fn account(&self, as_of: Timestamp, tallies: &mut [Tally]) {
        let goals = &self.test.definition.goals;
        for row in self.rows {
            let Row::Converted(outcome) = row else { continue };
            let Some(index) = goals.iter().position(|goal| goal.key == outcome.goal) else { continue };
            let Some(tally) = tallies.get_mut(index) else { continue };
            self.add(outcome, &goals[index], as_of, tally);
        }
    }

    fn add(&self, outcome: &Conversion, goal: &Goal, as_of: Timestamp, tally: &mut Tally) {
        let zone = &self.test.definition.time_zone;
        let place =
            |own: &Assignment| Place::of(outcome.occurred_at, zone, own.assigned_at, goal.window_ms());
        let of_other_phase = || self.others().any(|other| place(other) == Place::Within);
        let count = match self.own.map(|own| (own, place(own))) {
            _ if self.overridden => &mut tally.overridden,
            Some((own, Place::Within)) => {
                tally.immature += u64::from(!is_mature(own, goal, as_of));
                &mut tally.counted
            }
            Some(_) if of_other_phase() => &mut tally.other_phase,
            Some((_, Place::Before)) => &mut tally.before_assignment,
            Some((_, Place::After)) => &mut tally.after_window,
            None if self.others().next().is_some() => &mut tally.other_phase,
            None => &mut tally.unknown_unit,
        };
        *count += 1;
    }

    fn others(&self) -> impl Iterator<Item = &'a Assignment> + use<'a> {
        let phase = self.test.phase;
        self.rows.iter().filter_map(move |row| match row {
            Row::Assigned { phase: other, assignment, .. } if *other != phase => Some(assignment),
            _ => None,
        })
    }
}
