//! What to do now: one of five words, a plain sentence, and what it rests on.
//!
//! Judged by readings that may be watched, so that asking every day does no harm: an arm is shipped or
//! stopped when its corrected p-value on the primary goal is at most 5 %.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use serde::Serialize;

use super::comparison::Comparison;
use super::goals::{GoalReport, USUAL_UNITS};
use super::outlook::Outlook;
use super::readings::ALPHA;
use super::report::SampleRatio;
use crate::experiment::goal::{Better, Role};
use crate::experiment::{Experiment, Status};

/// What to do now, in a word and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The word.
    pub decision: Decision,
    /// The sentence.
    pub sentence: String,
    /// What it rests on.
    pub reasons: Vec<String>,
}

/// The words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Not enough is known.
    KeepRunning,
    /// An arm is better than control.
    Ship,
    /// No arm is better and one is worse, or a guardrail is broken.
    Stop,
    /// If there is a difference, it is smaller than is worth having.
    NoDifference,
    /// Something is wrong with how units were assigned or counted.
    DoNotTrust,
}

/// What one arm shows.
#[derive(Debug, Clone, PartialEq)]
struct Standing<'a> {
    comparison: &'a Comparison,
    /// Above 0 when the arm is better than control.
    gain: f64,
    /// Guardrails that it is shown to break.
    broken: Vec<&'a str>,
}

impl Verdict {
    /// Judges a report. A sample ratio that does not fit withholds every other verdict.
    #[must_use]
    pub fn new(
        test: &Experiment,
        units: u64,
        sample_ratio: SampleRatio,
        goals: &[GoalReport],
        plan: Option<&Outlook>,
    ) -> Self {
        if !sample_ratio.ok {
            return do_not_trust(sample_ratio.p);
        }
        let standings = standings(test, goals);
        let decided = standings.iter().filter(|standing| is_decided(standing.comparison));
        let (better, worse): (Vec<_>, Vec<_>) = decided.partition(|standing| standing.gain > 0.0);
        let sound = better.iter().filter(|standing| standing.broken.is_empty());
        if let Some(best) = sound.max_by(|a, b| a.gain.total_cmp(&b.gain)) {
            let sentence = format!("Ship {}: it is better than control.", best.comparison.variant);
            return Self::of(Decision::Ship, sentence, reasons(&standings));
        }
        let harmful = |standing: &Standing<'_>| !standing.broken.is_empty() || worse.contains(&standing);
        if !standings.is_empty() && standings.iter().all(harmful) {
            let sentence = match standings.as_slice() {
                [one] if one.broken.is_empty() => {
                    format!("Stop: {} is worse than control.", one.comparison.variant)
                }
                [one] => format!(
                    "Stop: {} breaks the guardrail {}.",
                    one.comparison.variant,
                    one.broken.join(", ")
                ),
                _ => "Stop: no variant may replace control.".to_owned(),
            };
            return Self::of(Decision::Stop, sentence, reasons(&standings));
        }
        if let Some(sentence) = no_difference(test, units, &standings, plan) {
            return Self::of(Decision::NoDifference, sentence, reasons(&standings));
        }
        let mut reasons = reasons(&standings);
        reasons.push(needs(test, units, plan));
        Self::of(Decision::KeepRunning, standing(test, units), reasons)
    }

    fn of(decision: Decision, sentence: String, reasons: Vec<String>) -> Self {
        Self { decision, sentence, reasons }
    }
}

fn is_decided(comparison: &Comparison) -> bool {
    comparison.corrected_p.is_some_and(|p| p <= ALPHA)
}

/// The primary goal of each arm, with the guardrails that the arm breaks.
fn standings<'a>(test: &Experiment, goals: &'a [GoalReport]) -> Vec<Standing<'a>> {
    let Some(primary) = goals.iter().find(|goal| goal.role == Role::Primary) else { return Vec::new() };
    let better = test.definition.goal(&primary.goal).map_or(Better::Higher, |goal| goal.better);
    let guardrails: Vec<_> = goals.iter().filter(|goal| goal.role == Role::Guardrail).collect();
    #[expect(clippy::cast_precision_loss, reason = "at most 400 of them")]
    let level = ALPHA / (guardrails.len() * primary.comparisons.len()).max(1) as f64;
    let of = |comparison: &'a Comparison| {
        let breaks = |goal: &&&'a GoalReport| {
            let found = goal.of(&comparison.variant).and_then(|own| own.guardrail);
            found.is_some_and(|guardrail| guardrail.broken <= level)
        };
        let difference = comparison.absolute.estimate.unwrap_or_default();
        Standing {
            comparison,
            gain: if better == Better::Lower { -difference } else { difference },
            broken: guardrails.iter().filter(breaks).map(|goal| goal.goal.as_str()).collect(),
        }
    };
    primary.comparisons.iter().map(of).collect()
}

/// When every difference that the data leave is smaller than the author would have; or, when none was
/// named, when twice the planned units have shown none.
fn no_difference(
    test: &Experiment,
    units: u64,
    standings: &[Standing<'_>],
    plan: Option<&Outlook>,
) -> Option<String> {
    let planned = u64::from(test.definition.planned_units.unwrap_or(USUAL_UNITS));
    if let Some(effect) = plan.and_then(|plan| plan.effect) {
        let within = |standing: &Standing<'_>| {
            let bounds = standing.comparison.absolute;
            bounds.low.zip(bounds.high).is_some_and(|(low, high)| low > -effect && high < effect)
        };
        let all = !standings.is_empty() && standings.iter().all(within);
        return all.then(|| format!("No difference worth having: it is less than {effect} either way."));
    }
    let undecided = standings.iter().any(|standing| is_decided(standing.comparison));
    (units >= 2 * planned && !standings.is_empty() && !undecided)
        .then(|| format!("No difference was found with {units} units, twice as many as planned."))
}

fn reasons(standings: &[Standing<'_>]) -> Vec<String> {
    let of = |standing: &Standing<'_>| {
        let Comparison { variant, absolute, corrected_p, .. } = standing.comparison;
        let mut said = match (absolute.estimate, absolute.low.zip(absolute.high)) {
            (Some(estimate), Some((low, high))) => {
                format!("{variant}: {estimate:+.4} against control, between {low:+.4} and {high:+.4}")
            }
            (Some(estimate), None) => {
                format!("{variant}: {estimate:+.4} against control, too early for an interval")
            }
            _ => format!("{variant}: nothing to compare yet"),
        };
        if let Some(p) = corrected_p {
            let _ = write!(said, ", p = {p:.4}");
        }
        if !standing.broken.is_empty() {
            let _ = write!(said, "; it breaks the guardrail {}", standing.broken.join(", "));
        }
        said + "."
    };
    standings.iter().map(of).collect()
}

/// What is still missing.
fn needs(test: &Experiment, units: u64, plan: Option<&Outlook>) -> String {
    let needed = plan.and_then(|plan| plan.units_needed?.watched);
    let planned = test.definition.planned_units.map(u64::from);
    match (needed, planned) {
        (Some(needed), _) if needed > units => {
            format!(
                "To find the difference worth having while watching, it takes {needed} units: {} more.",
                needed - units
            )
        }
        (_, Some(planned)) => format!("{units} of {planned} planned units are in the test."),
        (_, None) => "No number of units was planned.".to_owned(),
    }
}

/// Where a test stands that is not decided.
fn standing(test: &Experiment, units: u64) -> String {
    match test.status {
        Status::Draft => "The test has not started.".to_owned(),
        Status::Running => format!("Keep running: units in the test so far: {units}."),
        Status::Paused => format!("The test is paused; units in it so far: {units}."),
        Status::Stopped | Status::Archived => {
            format!("The test is over and nothing is decided; units in it: {units}.")
        }
    }
}

fn do_not_trust(p: Option<f64>) -> Verdict {
    let how_unlikely = match p {
        Some(p) if p > 0.0 => format!("A split this far from the weights has a chance of {p:.1e}."),
        _ => "A split this far from the weights has no chance, or a variant without weight holds units."
            .to_owned(),
    };
    Verdict::of(
        Decision::DoNotTrust,
        "Do not trust these results: the units in the variants do not fit their weights.".to_owned(),
        vec![format!(
            "{how_unlikely} Look for units that are lost, assigned twice or filtered after they were assigned."
        )],
    )
}
