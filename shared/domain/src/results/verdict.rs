//! The verdict: one of five decisions, a sentence in plain English, and its reasons.
//!
//! It is based on sequential readings, so it is valid when it is read every day. An arm is shipped or stopped
//! when its corrected p-value on the primary goal is at most 5 %.

pub mod maturity;
mod no_difference;
pub mod outlook;
pub mod prospect;
mod sentences;
pub(super) mod standing;

use serde::{Deserialize, Serialize};

use self::maturity::Maturity;
use self::no_difference::no_difference;
use self::outlook::Outlook;
use self::standing::{ArmStanding, Side, best, guardrails, moved, reasons, standings};
use crate::experiment::{Experiment, Status};
use crate::results::counting::changed_weights::undeclared_change;
use crate::results::counting::totals::Totals;
use crate::results::reading::goal::GoalReport;
use crate::results::reading::sample_ratio::SampleRatio;

/// A recommendation, as a decision and a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The decision.
    pub decision: Advice,
    /// The sentence.
    pub sentence: String,
    /// The reasons.
    pub reasons: Vec<String>,
    /// While a test keeps running: why the verdict is not "no difference".
    pub no_difference_withheld: Option<String>,
}

/// The decisions of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// There is not enough evidence for another decision.
    KeepRunning,
    /// An arm is better than control.
    Ship,
    /// No arm is better and one is worse, or a guardrail is broken.
    Stop,
    /// No difference was found, or any difference is smaller than the smallest one that is worth having.
    NoDifference,
    /// The assignment or the count of units has a fault.
    DoNotTrust,
}

impl Advice {
    /// Every decision.
    pub const ALL: [Self; 5] =
        [Self::KeepRunning, Self::Ship, Self::Stop, Self::NoDifference, Self::DoNotTrust];

    /// Returns the decision as responses contain it.
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
    /// Judges a report. A sample ratio mismatch withholds every other verdict. When the shares of an external test
    /// have changed although its weights have not, the test keeps running without a decision, because the result would
    /// depend on when units were assigned.
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
        if let Some(why) = undeclared_change(test, totals) {
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

/// Returns the sentence for the arm to ship.
fn ship(standings: &[ArmStanding<'_>]) -> Option<String> {
    let best = best(standings)?;
    Some(format!("Ship {}: it is better than control.", best.comparison.variant))
}

/// Returns the sentence when every arm is worse than control or breaks a guardrail.
fn stop(standings: &[ArmStanding<'_>]) -> Option<String> {
    let harmful = |own: &ArmStanding<'_>| own.side == Side::Worse || !own.broken.is_empty();
    if standings.is_empty() || !standings.iter().all(harmful) {
        return None;
    }
    Some(match standings {
        [one] if one.broken.is_empty() => format!("Stop: {} is worse than control.", one.comparison.variant),
        [one] => {
            format!("Stop: {} breaks {}.", one.comparison.variant, guardrails(&one.broken))
        }
        _ => "Stop: every variant is worse than control or breaks a guardrail.".to_owned(),
    })
}

/// Returns what is still missing, and how long it takes.
fn needs(test: &Experiment, units: u64, plan: Option<&Outlook>, maturity: &Maturity) -> Vec<String> {
    let needed = plan.and_then(|plan| plan.units_needed?.sequential);
    let planned = test.definition.planned_units.map(u64::from);
    let mut missing = vec![match (needed, planned) {
        (Some(needed), _) if needed > units => {
            format!("To find the expected effect, the test needs {needed} accounts: {} more.", needed - units)
        }
        (_, Some(planned)) => format!("The test has {units} of {planned} planned accounts."),
        (_, None) => "The test has no planned number of accounts.".to_owned(),
    }];
    let prospect = plan.and_then(|plan| plan.prospect.as_ref()?.sentence());
    let reached = "The fixed horizon is reached: the planned accounts are past their window.";
    match (maturity.fixed_horizon_reached, maturity.days_to_plan) {
        (Some(true), _) => missing.push(reached.to_owned()),
        (Some(false), _) if prospect.is_some() => missing.extend(prospect),
        (Some(false), Some(days)) if days > 0.0 => {
            let (days, plural) = (days.ceil(), if days > 1.0 { "s" } else { "" });
            missing.push(format!(
                "At the current rate, the test reaches its planned number of accounts within {days:.0} \
                 day{plural}."
            ));
        }
        _ => {}
    }
    missing
}

/// Returns the status of a test without a decision.
fn standing(test: &Experiment, units: u64) -> String {
    let accounts = if units == 1 { "1 account".to_owned() } else { format!("{units} accounts") };
    match test.status {
        Status::Draft => "The test has not started.".to_owned(),
        Status::Running => format!("Keep running: {accounts} in the test so far."),
        Status::Paused => format!("The test is paused. It has {accounts}."),
        Status::Shipped => format!("The test was shipped without a decision. It has {accounts}."),
        Status::Stopped | Status::Archived => {
            format!("The test ended without a decision. It has {accounts}.")
        }
    }
}

fn do_not_trust(p: Option<f64>) -> Verdict {
    let how_unlikely = match p {
        Some(p) if p > 0.0 => {
            format!("With correct assignment, the probability of such a split is at most {p:.1e}.")
        }
        _ => "With correct assignment, such a split practically never occurs. Check whether a variant with \
              weight 0 has accounts."
            .to_owned(),
    };
    Verdict::of(
        Advice::DoNotTrust,
        "Do not trust these results: the numbers of accounts in the variants do not match the weights."
            .to_owned(),
        vec![format!(
            "{how_unlikely} Check for accounts that were lost, assigned twice or filtered after assignment."
        )],
    )
}
