//! Decides when an integration has stopped sending data.
//!
//! Data counts as silent when it arrived at least ten times, and nothing has arrived since for at least four
//! days and more than twice the time that the last ten arrivals took. At a constant rate, the waiting times
//! are exponential, so the probability that the next one is longer than twice the sum of nine others is
//! 1 / 3⁹, about 1 in 20,000 for each arrival, whatever the rate. Four days cover a weekend with a holiday.
//! An arrival is a report with more data than the report before it, so a daily import counts once.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Fact;
use super::record::NoticeRecord;
use crate::clock::Timestamp;
use crate::experiment::allocation::Mode;
use crate::experiment::goal::{Kind, Role};
use crate::experiment::{Enrolment, Experiment, Status};
use crate::results::report::Report;

const DAY_MS: i64 = 86_400_000;
/// The number of arrivals from which a usual time between them is known.
const ARRIVALS: usize = 10;
/// The shortest silence.
const SHORTEST_MS: i64 = 4 * DAY_MS;
/// A silence is longer than this multiple of the time that the last arrivals took.
const TIMES: i64 = 2;
/// The number of units past their window from which a primary goal without any outcome is conspicuous.
const MATURE: u64 = 40;

/// A count of data that only grows, and the last times at which it grew.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrivals {
    /// The last report and its count. None before the first report.
    last: Option<(Timestamp, u64)>,
    /// The times of the last reports with a greater count than the report before, oldest first.
    times: VecDeque<Timestamp>,
}

impl Arrivals {
    /// Adds the count of a report. The first report does not count as an arrival, because its data may have
    /// arrived at any time before. The same applies after more than a day without a report, as when a test was
    /// paused.
    pub(super) fn observe(&mut self, count: u64, as_of: Timestamp) {
        let Some((before, known)) = self.last else {
            self.last = Some((as_of, count));
            return;
        };
        if as_of <= before {
            return;
        }
        if as_of.millis() - before.millis() > DAY_MS {
            self.times.clear();
        } else if count > known {
            self.times.push_back(as_of);
            let most = self.times.len().min(ARRIVALS);
            self.times.drain(..self.times.len() - most);
        }
        self.last = Some((as_of, count.max(known)));
    }

    /// Returns the last count.
    pub(super) fn count(&self) -> Option<u64> {
        self.last.map(|(_, count)| count)
    }

    /// Returns the last arrival, if the data is silent at `now`.
    fn silent_since(&self, now: Timestamp) -> Option<Timestamp> {
        let (first, last) = (self.times.front()?, self.times.back()?);
        let quiet = now.millis() - last.millis();
        let usual = TIMES * (last.millis() - first.millis());
        (self.times.len() == ARRIVALS && quiet >= SHORTEST_MS && quiet > usual).then_some(*last)
    }
}

/// Returns the silence of a running test, with sentences. `record` contains the counts of `report`.
pub(super) fn silent(test: &Experiment, report: &Report, record: &NoticeRecord) -> Vec<(Fact, String)> {
    if report.status != Status::Running {
        return Vec::new();
    }
    let never = never_an_outcome(test, report);
    never
        .into_iter()
        .chain(no_more_outcomes(report, record))
        .chain(no_more_units(test, report, record))
        .collect()
}

/// Outcomes are expected while windows are open.
fn no_more_outcomes(report: &Report, record: &NoticeRecord) -> Vec<(Fact, String)> {
    if report.maturity.immature == 0 {
        return Vec::new();
    }
    let silent = record.outcomes.iter().filter_map(|(goal, arrivals)| {
        let since = arrivals.silent_since(report.as_of)?;
        let message = format!(
            "No outcome of {goal} has arrived since {}, although outcomes came regularly before. Check the \
             system that sends them.",
            day(since)
        );
        Some((Fact::OutcomesSilent { goal: goal.clone(), since: Some(since) }, message))
    });
    silent.collect()
}

/// The primary goal of which no outcome was ever recorded. A ratio has no outcomes of its own.
fn never_an_outcome(test: &Experiment, report: &Report) -> Option<(Fact, String)> {
    let own = |goal: &&crate::experiment::Goal| goal.role == Role::Primary && goal.kind != Kind::Ratio;
    let goal = test.definition.goals.iter().find(own)?;
    let of_goal = report.outcomes.iter().find(|outcomes| outcomes.goal == goal.key);
    let recorded = of_goal.map_or(0, |outcomes| outcomes.tally.recorded());
    let mature = report.maturity.mature;
    if recorded > 0 || mature < MATURE {
        return None;
    }
    let message = format!(
        "No outcome of {} was ever recorded, although {mature} accounts are past their window. Check the \
         system that sends them.",
        goal.key
    );
    Some((Fact::OutcomesSilent { goal: goal.key.clone(), since: None }, message))
}

/// Without a plan, nobody knows how many units there are: the last one ends no integration. Known units are
/// a list that ends, and an external test is assigned elsewhere, in batches.
fn no_more_units(test: &Experiment, report: &Report, record: &NoticeRecord) -> Option<(Fact, String)> {
    let definition = &test.definition;
    let planned = u64::from(definition.planned_units?);
    let units: u64 = report.units.values().sum();
    let ends = test.balance.is_some() || definition.allocation.mode == Mode::External;
    if units >= planned || test.enrolment != Enrolment::Open || ends {
        return None;
    }
    let since = record.units.silent_since(report.as_of)?;
    let message = format!(
        "No account was assigned since {}: the test has {units} of {planned} planned accounts. Check the \
         system that requests assignments.",
        day(since)
    );
    Some((Fact::AssignmentsSilent { since }, message))
}

/// Returns the date of a time.
fn day(at: Timestamp) -> String {
    String::from(at).chars().take(10).collect()
}
