//! A test with its definition and its state. [`super::revise`] defines what may change in each state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::Balance;
use super::{
    BasisPoints, Definition, Enrolment, Goal, PreviewKey, Seed, Status, UnitId, Variant, VariantKey,
};
use crate::clock::Timestamp;
use screen::Findings;

/// The weights in force from a revision on. The sample-ratio check compares each unit with the weights under
/// which it was assigned, so a change of weights does not cause a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighting {
    /// The first revision with these weights.
    pub revision: u64,
    /// The weight of each variant, in the order of the definition.
    pub weights: Vec<BasisPoints>,
}

/// How a test was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// The variant that all accounts get.
    pub winner: VariantKey,
    /// When the test was shipped. Results count earlier assignments and outcomes.
    pub at: Timestamp,
}

/// How long an instance may still use a test as it was before a change: the 30 s for which it may cache a running
/// test, and the time that it may take to store the change.
pub const SETTLE_MS: i64 = 35_000;

/// The last millisecond of the year 9999, which sorts last in the written form of times.
const ENDLESS_MS: i64 = 253_402_300_799_999;

/// A test: its definition and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// The definition.
    #[serde(flatten)]
    pub definition: Definition,
    /// The parts of the definition that read like instructions to a language model.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub suspect: Findings,
    /// The state.
    pub status: Status,
    /// Whether the test assigns new units while it runs.
    #[serde(default, skip_serializing_if = "Enrolment::is_open")]
    pub enrolment: Enrolment,
    /// How the test was shipped, while it is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped: Option<Shipped>,
    /// The time at which each override took effect. An override that is missing here is older than the test's
    /// start.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overridden_since: BTreeMap<UnitId, Timestamp>,
    /// The number of the current version, from 1. A change names the revision on which it is based.
    pub revision: u64,
    /// The number of the current phase, from 1. Accounts are randomized again in each phase.
    pub phase: u32,
    /// When the current phase began. None before the first start, and for a phase that began before this time was
    /// stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase_began_at: Option<Timestamp>,
    /// The seed of this phase's buckets.
    pub seed: Seed,
    /// The key that signs preview tokens. None for a test that was stored before there were previews and has not
    /// changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_key: Option<PreviewKey>,
    /// How the seed was chosen, for known units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// The weights of this phase, oldest first.
    pub weightings: Vec<Weighting>,
    /// When the test was created.
    pub created_at: Timestamp,
    /// When the test was last changed.
    pub updated_at: Timestamp,
}

/// A test as callers see it. The seed is omitted, because with it, a caller can choose ids that fall into a given
/// arm.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct View<'a> {
    #[serde(flatten)]
    definition: &'a Definition,
    suspect: &'a Findings,
    status: Status,
    enrolment: Enrolment,
    #[serde(skip_serializing_if = "Option::is_none")]
    winner: Option<&'a VariantKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipped_at: Option<Timestamp>,
    revision: u64,
    phase: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<BalanceView>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The imbalance of the arms, rounded up to hundredths; see [`Balance`]. The exact imbalance would reveal the
/// units in each arm, because few randomizations of a list have the same value.
#[derive(Debug, Clone, Copy, Serialize)]
struct BalanceView {
    threshold: f64,
    imbalance: f64,
    seed_number: u64,
}

impl Experiment {
    /// Creates a draft.
    #[must_use]
    pub fn draft(definition: Definition, seed: Seed, now: Timestamp) -> Self {
        let weightings = vec![Weighting { revision: 1, weights: weights(&definition) }];
        Self {
            suspect: suspect(&definition),
            overridden_since: definition.overrides.keys().map(|unit| (unit.clone(), now)).collect(),
            definition,
            status: Status::Draft,
            enrolment: Enrolment::Open,
            shipped: None,
            revision: 1,
            phase: 1,
            phase_began_at: None,
            seed,
            preview_key: None,
            balance: None,
            weightings,
            created_at: now,
            updated_at: now,
        }
    }

    /// Returns the test as callers see it.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View {
            definition: &self.definition,
            suspect: &self.suspect,
            status: self.status,
            enrolment: self.enrolment,
            winner: self.shipped.as_ref().map(|shipped| &shipped.winner),
            shipped_at: self.shipped.as_ref().map(|shipped| shipped.at),
            revision: self.revision,
            phase: self.phase,
            balance: self.balance.as_ref().map(|own| BalanceView {
                threshold: hundredths(own.threshold),
                imbalance: hundredths(own.imbalance),
                seed_number: own.number,
            }),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    /// Returns the winner while the test is shipped.
    #[must_use]
    pub fn winner(&self) -> Option<&Variant> {
        self.definition.variant(&self.shipped.as_ref()?.winner)
    }

    /// Returns whether the unit had an override at this time. A unit that was assigned earlier stays in the results as
    /// randomized (intention to treat), because an override may depend on what is known about the unit.
    #[must_use]
    pub fn was_overridden(&self, unit: &UnitId, assigned_at: Timestamp) -> bool {
        self.definition.overrides.contains_key(unit)
            && self.overridden_since.get(unit).is_none_or(|since| *since < assigned_at)
    }

    /// Returns when the results of a shipped test become final.
    #[must_use]
    pub fn final_from(&self) -> Option<Timestamp> {
        self.shipped.as_ref().map(|shipped| Timestamp::from_millis(shipped.at.millis() + SETTLE_MS))
    }

    /// Returns until when the test assigns units or counts outcomes, as far as is known. None for a draft and an
    /// archived test. A stopped test counts outcomes until its longest window has passed since its last change, and a
    /// change may still reach an instance after [`SETTLE_MS`]. Other states end only by a change.
    #[must_use]
    pub fn live_until(&self) -> Option<Timestamp> {
        match self.status {
            Status::Draft | Status::Archived => None,
            Status::Running | Status::Paused | Status::Shipped => Some(Timestamp::from_millis(ENDLESS_MS)),
            Status::Stopped => {
                let window = self.definition.goals.iter().map(Goal::window_ms).max().unwrap_or_default();
                Some(Timestamp::from_millis(self.updated_at.millis() + SETTLE_MS + window))
            }
        }
    }

    /// Returns the control arm.
    #[must_use]
    pub fn control(&self) -> Option<&VariantKey> {
        self.definition.variants.iter().find(|v| v.is_control).map(|v| &v.key)
    }
}

/// Rounds up to the next hundredth.
fn hundredths(x: f64) -> f64 {
    (x * 100.0).ceil() / 100.0
}

/// Returns the suspect texts of a definition. Every definition can be written as JSON.
pub(super) fn suspect(definition: &Definition) -> Findings {
    Findings::of(&serde_json::to_value(definition).unwrap_or_default())
}

/// Returns the weight of each variant, in the order of the definition.
pub(super) fn weights(definition: &Definition) -> Vec<BasisPoints> {
    definition.variants.iter().map(|v| v.weight).collect()
}
