//! When a test has its planned units at the current rate, and the power that it has by then.

use serde::{Deserialize, Serialize};
use stats::planning::{Aim, MAX_LOOKS, Schedule};

use super::maturity::Maturity;
use crate::clock::Timestamp;
use crate::experiment::goal::Role;
use crate::experiment::{Definition, Experiment};
use crate::planning::{Milestone, daily, tenths};
use crate::results::counting::totals::Totals;

const DAY_MS: f64 = 86_400_000.0;

/// The shares of the plan at which the power is reported, beside the current one.
const SHARES: [f64; 4] = [0.5, 1.0, 1.5, 2.0];

/// When the test has its planned units, and the power that it has by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prospect {
    /// The information fraction: units past their window, with a unit within it counted in part, divided by the
    /// planned units.
    pub information: f64,
    /// Days until the planned interim look, at which the information fraction is 1. Null when the rate is not
    /// known, or when it is never reached at that rate.
    pub days: Option<f64>,
    /// The time of the planned interim look.
    pub at: Option<Timestamp>,
    /// The power by future interim looks to find the expected effect. Empty without one.
    pub power: Vec<Milestone>,
}

/// The units of a test at a moment, and how many follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    at: Option<Timestamp>,
    schedule: Option<Schedule>,
    /// Whether the rate is known.
    is_moving: bool,
}

impl Now {
    /// Returns the state of a test that has not started. Only the days of a list of known units are known.
    pub(super) fn before(definition: &Definition) -> Self {
        let known = definition.known_units.as_ref().map(Vec::len);
        let schedule = known.map(|known| Schedule::at_once(number(known as u64), window(definition)));
        Self { at: None, schedule, is_moving: schedule.is_some() }
    }

    /// Returns the state of a test at `as_of`. Ages of units are assumed to be uniform.
    #[must_use]
    pub fn of(test: &Experiment, totals: &Totals, maturity: &Maturity, as_of: Timestamp) -> Self {
        let window = window(&test.definition);
        let elapsed = totals.first_assigned_at.map_or(0, |first| as_of.millis() - first.millis());
        #[expect(clippy::cast_precision_loss, reason = "a few years in milliseconds")]
        let age = (elapsed.max(0) as f64 / DAY_MS / window).min(1.0);
        let known = test.definition.known_units.is_some();
        let per_day = maturity.units_per_day.filter(|_| !known).unwrap_or(0.0);
        let (mature, immature) = (number(maturity.mature), number(maturity.immature));
        let schedule = Schedule { mature, immature, age, per_day, window };
        Self { at: Some(as_of), schedule: Some(schedule), is_moving: maturity.units_per_day.is_some() }
    }

    /// Returns the number of daily interim looks up to the plan, from the start of the test.
    pub(super) fn looks(&self, planned: Option<u32>) -> u32 {
        let start = self.schedule.filter(|_| self.is_moving).map(|own| Schedule {
            mature: 0.0,
            immature: if own.per_day > 0.0 { 0.0 } else { own.mature + own.immature },
            age: 0.0,
            ..own
        });
        let days = start.zip(planned).and_then(|(own, planned)| own.days_to(f64::from(planned)));
        days.map_or(MAX_LOOKS, daily)
    }
}

impl Prospect {
    /// Computes when `planned` units are past their window. `needed` are the units that find the expected
    /// effect with the power of `aim`.
    pub(super) fn new(now: &Now, planned: u32, needed: Option<u64>, aim: Aim) -> Self {
        let planned = f64::from(planned);
        let schedule = now.schedule.unwrap_or_else(|| Schedule::at_once(0.0, 1.0));
        let information = schedule.information(0.0) / planned;
        let days = |share: f64| schedule.days_to(share * planned).filter(|_| now.is_moving);
        let course = needed.and_then(|needed| Some((needed, aim.course()?)));
        let power = course.map_or_else(Vec::new, |(needed, course)| {
            let reached = course.power(course.drift(aim.power) * (planned / number(needed.max(1))).sqrt());
            let future = SHARES.into_iter().filter(|share| *share > information);
            let milestone = |share: f64| {
                let power = reached.iter().rfind(|own| own.t <= share + 1e-9).map_or(0.0, |own| own.power);
                Milestone { units: whole(share * planned), days: days(share).map(tenths), power }
            };
            future.map(milestone).collect()
        });
        let at = days(1.0).zip(now.at).map(|(days, at)| later(at, days));
        Self { information, days: days(1.0).map(tenths), at, power }
    }
}

impl Prospect {
    /// Returns the day of the planned interim look in a sentence, while it is in the future.
    pub(super) fn sentence(&self) -> Option<String> {
        let at = self.at.filter(|_| self.days.is_some_and(|days| days > 0.0))?;
        Some(format!("At the current rate, the planned interim look is on {}.", at.day()))
    }
}

/// Returns the window of the primary goal in days.
fn window(definition: &Definition) -> f64 {
    let primary = definition.goals.iter().find(|goal| goal.role == Role::Primary);
    f64::from(primary.map_or(1, |goal| goal.window_days))
}

fn later(at: Timestamp, days: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred years in milliseconds")]
    let more = (days * DAY_MS) as i64;
    Timestamp::from_millis(at.millis() + more)
}

#[expect(clippy::cast_precision_loss, reason = "a count of units")]
fn number(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2e7, and not negative")]
fn whole(units: f64) -> u64 {
    units.round() as u64
}
