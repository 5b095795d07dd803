//! What to do now: one of five words, a plain sentence, and what it rests on.
//!
//! Judged by readings that may be watched, so that asking every day does no harm: an arm is shipped or
//! stopped when its corrected p-value on the primary goal is at most 5 %.

pub mod maturity;
mod no_difference;
pub mod outlook;
mod sentences;
mod standing;

use serde::{Deserialize, Serialize};

use self::maturity::Maturity;
use self::no_difference::no_difference;
use self::outlook::Outlook;
use self::standing::{ArmStanding, Side, moved, reasons, standings};
use crate::experiment::{Experiment, Status};
use crate::results::counting::totals::Totals;
use crate::results::reading::changed_weights::changed_weights;
use crate::results::reading::goal::GoalReport;
use crate::results::reading::sample_ratio::SampleRatio;

/// What to do now, in a word and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The word.
    pub decision: Advice,
    /// The sentence.
    pub sentence: String,
    /// What it rests on.
    pub reasons: Vec<String>,
    /// While a test is to go on: why it is not said that there is no difference.
    pub no_difference_withheld: Option<String>,
}

/// The words of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
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

impl Advice {
    /// Every word.
    pub const ALL: [Self; 5] =
        [Self::KeepRunning, Self::Ship, Self::Stop, Self::NoDifference, Self::DoNotTrust];

    /// The word as it is answered.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeepRunning => "keep_running",
            Self::Ship => "ship",
            Self::Stop => "stop",
            Self::NoDifference => "no_difference",
            Self::DoNotTrust => "do_not_trust",
        }
    }
}

impl Verdict {
    /// Judges a report. A sample ratio that does not fit withholds every other verdict, and so do weights
    /// that were changed by hand: then it matters who came when.
    #[must_use]
    pub fn new(
        test: &Experiment,
        totals: &Totals,
        sample_ratio: SampleRatio,
        goals: &[GoalReport],
        plan: Option<&Outlook>,
        maturity: &Maturity,
    ) -> Self {
        if !sample_ratio.ok {
            return do_not_trust(sample_ratio.p);
        }
        let (standings, units) = (standings(test, goals), totals.units());
        let mut reasons = reasons(test, goals, &standings);
        if let Some(why) = changed_weights(test, totals) {
            reasons.push(why.to_owned());
            return Self::of(Advice::KeepRunning, standing(test, units), reasons);
        }
        reasons.extend(moved(test, goals));
        if let Some(sentence) = ship(&standings) {
            return Self::of(Advice::Ship, sentence, reasons);
        }
        if let Some(sentence) = stop(&standings) {
            return Self::of(Advice::Stop, sentence, reasons);
        }
        match no_difference(test, totals, &standings, plan) {
            Ok(sentence) => Self::of(Advice::NoDifference, sentence, reasons),
            Err(why) => {
                reasons.extend(needs(test, units, plan, maturity));
                let verdict = Self::of(Advice::KeepRunning, standing(test, units), reasons);
                Self { no_difference_withheld: Some(why), ..verdict }
            }
        }
    }

    fn of(decision: Advice, sentence: String, reasons: Vec<String>) -> Self {
        Self { decision, sentence, reasons, no_difference_withheld: None }
    }
}

/// The arm that is better by most and breaks no guardrail; each of them must have been read.
fn ship(standings: &[ArmStanding<'_>]) -> Option<String> {
    let free = |own: &&ArmStanding<'_>| own.broken.is_empty() && own.unread.is_empty();
    let better = standings.iter().filter(|own| own.side == Side::Better).filter(free);
    let by = |own: &&ArmStanding<'_>| own.comparison.absolute.estimate.unwrap_or_default().abs();
    let best = better.max_by(|a, b| by(a).total_cmp(&by(b)))?;
    Some(format!("Ship {}: it is better than control.", best.comparison.variant))
}

/// When no arm is left that may yet replace control.
fn stop(standings: &[ArmStanding<'_>]) -> Option<String> {
    let harmful = |own: &ArmStanding<'_>| own.side == Side::Worse || !own.broken.is_empty();
    if standings.is_empty() || !standings.iter().all(harmful) {
        return None;
    }
    Some(match standings {
        [one] if one.broken.is_empty() => format!("Stop: {} is worse than control.", one.comparison.variant),
        [one] => {
            format!("Stop: {} breaks the guardrail {}.", one.comparison.variant, one.broken.join(", "))
        }
        _ => "Stop: no variant may replace control.".to_owned(),
    })
}

/// What is still missing, and how long it takes.
fn needs(test: &Experiment, units: u64, plan: Option<&Outlook>, maturity: &Maturity) -> Vec<String> {
    let needed = plan.and_then(|plan| plan.units_needed?.sequential);
    let planned = test.definition.planned_units.map(u64::from);
    let mut said = vec![match (needed, planned) {
        (Some(needed), _) if needed > units => {
            format!(
                "Finding the effect that the test expects takes {needed} units while it is watched: {} more.",
                needed - units
            )
        }
        (_, Some(planned)) => format!("{units} of {planned} planned units are in the test."),
        (_, None) => "No number of units was planned.".to_owned(),
    }];
    match (maturity.fixed_horizon_reached, maturity.days_to_plan) {
        (Some(true), _) => {
            said.push("The planned look is reached: the planned units are past their windows.".to_owned());
        }
        (Some(false), Some(days)) if days > 0.0 => {
            let (days, plural) = (days.ceil(), if days > 1.0 { "s" } else { "" });
            said.push(format!("At the present rate the planned units are in within {days:.0} day{plural}."));
        }
        _ => {}
    }
    said
}

/// Where a test stands that is not decided.
fn standing(test: &Experiment, units: u64) -> String {
    let units = if units == 1 { "1 unit".to_owned() } else { format!("{units} units") };
    match test.status {
        Status::Draft => "The test has not started.".to_owned(),
        Status::Running => format!("Keep running: {units} in the test so far."),
        Status::Paused => format!("The test is paused, with {units} in it."),
        Status::Shipped => format!("The test was shipped before anything was decided, with {units} in it."),
        Status::Stopped | Status::Archived => {
            format!("The test is over and nothing is decided, with {units} in it.")
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
        Advice::DoNotTrust,
        "Do not trust these results: the units in the variants do not fit their weights.".to_owned(),
        vec![format!(
            "{how_unlikely} Look for units that are lost, assigned twice or filtered after they were assigned."
        )],
    )
}
