//! What to do now: one plain sentence and what it rests on.

use serde::Serialize;

use super::fold::Totals;
use super::report::SampleRatio;
use crate::experiment::Experiment;

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
            let p = sample_ratio.p.unwrap_or_default();
            return Self {
                decision: Verdicts::DoNotTrust,
                sentence: "Do not trust these results: the units in the variants do not fit their weights."
                    .to_owned(),
                reasons: vec![format!(
                    "A split this far from the weights has a chance of {p:.2e}. Look for units that are \
                 lost, assigned twice or filtered after they were assigned."
                )],
            };
        }
        let planned = test.definition.planned_units.map_or_else(
            || "No number of units was planned.".to_owned(),
            |planned| format!("{units} of {planned} planned units are in the test."),
        );
        Self {
            decision: Verdicts::KeepRunning,
            sentence: format!("Keep running: units in the test so far: {units}."),
            reasons: vec![planned],
        }
    }
}
