//! What to do now: one plain sentence and what it rests on.

use serde::Serialize;

use super::fold::Totals;
use super::report::SampleRatio;
use crate::experiment::{Experiment, Status};

/// What to do now, in a word and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub decision: Verdicts,
    /// The sentence.
    pub sentence: String,
    /// What it rests on.
    pub reasons: Vec<String>,
}

/// The words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdicts {
    /// Not enough is known.
    KeepRunning,
    /// Something is wrong with how units were assigned or counted.
    DoNotTrust,
}

impl Verdict {
    /// Judges the totals. A sample ratio that does not fit withholds every other verdict.
    #[must_use]
    pub fn new(test: &Experiment, totals: &Totals, sample_ratio: SampleRatio) -> Self {
        let units = totals.units();
        if !sample_ratio.ok {
            return Self {
                decision: Verdicts::DoNotTrust,
                sentence: "Do not trust these results: the units in the variants do not fit their weights."
                    .to_owned(),
                reasons: vec![format!(
                    "{} Look for units that are lost, assigned twice or filtered after they were assigned.",
                    how_unlikely(sample_ratio.p)
                )],
            };
        }
        let planned = test.definition.planned_units.map_or_else(
            || "No number of units was planned.".to_owned(),
            |planned| format!("{units} of {planned} planned units are in the test."),
        );
        Self {
            decision: Verdicts::KeepRunning,
            sentence: standing(test.status, units),
            reasons: vec![planned],
        }
    }
}

/// Where a test stands whose numbers are not judged yet.
fn standing(status: Status, units: u64) -> String {
    match status {
        Status::Draft => "The test has not started.".to_owned(),
        Status::Running => format!("Keep running: units in the test so far: {units}."),
        Status::Paused => format!("The test is paused; units in it so far: {units}."),
        Status::Stopped | Status::Archived => format!("The test is over; units in it: {units}."),
    }
}

fn how_unlikely(p: Option<f64>) -> String {
    match p {
        Some(p) if p > 0.0 => format!("A split this far from the weights has a chance of {p:.1e}."),
        _ => "A split this far from the weights has no chance, or a variant without weight holds units."
            .to_owned(),
    }
}
