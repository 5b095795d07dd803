//! Notices: what has become known about a test since its last stored report. [`record`] remembers what was
//! announced, and [`silence`] decides when data has stopped arriving.
//!
//! Each fact is announced once in each phase: a decision, a sample ratio mismatch, a guardrail that a variant
//! breaks, and each time that data stops. The id of a notice depends only on the fact, so that a receiver can
//! recognize a notice that it gets twice.

pub mod record;
pub mod silence;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::experiment::allocation::Mode;
use crate::experiment::{Experiment, ExperimentId, GoalKey, Status, VariantKey, Workspace};
use crate::results::report::Report;
use crate::results::verdict::Advice;
use crate::results::verdict::standing::{best, standings};

/// The number of bytes of the hash that are an id.
const ID_BYTES: usize = 16;

/// A message about a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The id: 32 hexadecimal digits, the same for the same fact.
    pub id: String,
    /// The time of the report that shows the fact.
    pub at: Timestamp,
    /// The workspace.
    pub workspace: Workspace,
    /// The test.
    pub test_id: ExperimentId,
    /// The phase.
    pub phase: u32,
    /// The fact.
    pub fact: Fact,
    /// The fact in one or two sentences.
    pub message: String,
}

/// What a notice announces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// The verdict has become a decision: ship, stop or no difference.
    Decided {
        /// The decision.
        decision: Advice,
        /// The variant to ship. Omitted for other decisions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        variant: Option<VariantKey>,
    },
    /// The numbers of units in the variants do not match the weights.
    SampleRatioBroken,
    /// A variant is shown to break a guardrail.
    GuardrailBroken {
        /// The variant.
        variant: VariantKey,
        /// The guardrail.
        goal: GoalKey,
    },
    /// No more outcomes of a goal arrive, or none has ever arrived.
    OutcomesSilent {
        /// The goal.
        goal: GoalKey,
        /// The report with the last new outcome. Omitted if there has never been one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// No more units are assigned, although the test has fewer than planned.
    AssignmentsSilent {
        /// The report with the last new unit.
        since: Timestamp,
    },
}

impl Fact {
    /// Every kind of fact, in the order of the declaration.
    pub const KINDS: [&'static str; 5] =
        ["decided", "sample_ratio_broken", "guardrail_broken", "outcomes_silent", "assignments_silent"];

    /// Returns its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let [decided, ratio, guardrail, outcomes, assignments] = Self::KINDS;
        match self {
            Self::Decided { .. } => decided,
            Self::SampleRatioBroken => ratio,
            Self::GuardrailBroken { .. } => guardrail,
            Self::OutcomesSilent { .. } => outcomes,
            Self::AssignmentsSilent { .. } => assignments,
        }
    }

    /// Returns the values that distinguish it from other facts of its kind. Keys contain no spaces.
    fn subject(&self) -> String {
        let time = |since: &Timestamp| since.millis().to_string();
        match self {
            Self::Decided { decision, variant } => {
                format!("{} {}", decision.as_str(), variant.as_ref().map_or("", VariantKey::as_str))
            }
            Self::SampleRatioBroken => String::new(),
            Self::GuardrailBroken { variant, goal } => format!("{variant} {goal}"),
            Self::OutcomesSilent { goal, since } => {
                format!("{goal} {}", since.as_ref().map(time).unwrap_or_default())
            }
            Self::AssignmentsSilent { since } => time(since),
        }
    }
}

impl Notice {
    fn new(workspace: &Workspace, report: &Report, fact: Fact, message: String) -> Self {
        Self {
            id: id(workspace, report, &fact),
            at: report.as_of,
            workspace: workspace.clone(),
            test_id: report.test_id.clone(),
            phase: report.phase,
            fact,
            message,
        }
    }
}

/// Returns the first half of the SHA-256 of a fact, in hexadecimal digits.
fn id(workspace: &Workspace, report: &Report, fact: &Fact) -> String {
    let (test_id, phase) = (&report.test_id, report.phase);
    let text = format!("{workspace}\n{test_id}\n{phase}\n{}\n{}", fact.kind(), fact.subject());
    let mut id = String::with_capacity(2 * ID_BYTES);
    for byte in &Sha256::digest(text.as_bytes())[..ID_BYTES] {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// Returns the facts that a report shows by itself, each with its sentence. Facts about the data over time
/// are in [`silence`]. A shipped or archived test has none, because somebody has decided already. An external
/// test has none `while_importing`: an import can be sorted by variant, so its counts are not those of the test.
fn shown(test: &Experiment, report: &Report, while_importing: bool) -> Vec<(Fact, String)> {
    if matches!(report.status, Status::Draft | Status::Shipped | Status::Archived) {
        return Vec::new();
    }
    if while_importing && test.definition.allocation.mode == Mode::External {
        return Vec::new();
    }
    let verdict = &report.verdict;
    if !report.sample_ratio.ok {
        return vec![(Fact::SampleRatioBroken, verdict.sentence.clone())];
    }
    let standings = standings(test, &report.goals);
    let mut facts = Vec::new();
    if matches!(verdict.decision, Advice::Ship | Advice::Stop | Advice::NoDifference) {
        let ships = verdict.decision == Advice::Ship;
        let variant = best(&standings).filter(|_| ships).map(|own| own.comparison.variant.clone());
        facts.push((Fact::Decided { decision: verdict.decision, variant }, verdict.sentence.clone()));
    }
    for standing in &standings {
        let variant = &standing.comparison.variant;
        for goal in &standing.broken {
            let message = format!("{variant} breaks the guardrail {goal}.");
            let fact = Fact::GuardrailBroken { variant: variant.clone(), goal: (*goal).clone() };
            facts.push((fact, message));
        }
    }
    facts
}
