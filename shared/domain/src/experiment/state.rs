//! A test in its life: its definition and where it stands. [`super::revise`] says what may change when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::Balance;
use super::{BasisPoints, Definition, Enrolment, Seed, Status, UnitId, Variant, VariantKey};
use crate::clock::Timestamp;
use screen::Findings;

/// The weights in force from a revision on. The sample-ratio check holds each unit to the weights
/// it was assigned under, so that changing them is no alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighting {
    /// The first revision these weights hold for.
    pub revision: u64,
    /// The share of each variant, in the definition's order.
    pub weights: Vec<BasisPoints>,
}

/// How a test was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipped {
    /// The variant that everybody gets.
    pub winner: VariantKey,
    /// Since when. Results count what was assigned and what happened before.
    pub at: Timestamp,
}

/// How long an instance may still act on a test as it was before a change: the 30 s for which it may
/// remember a running test, and the time that the change itself may take to be stored.
pub const SETTLE_MS: i64 = 35_000;

/// A test: what was declared, and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// What its author declared.
    #[serde(flatten)]
    pub definition: Definition,
    /// What in it reads like an instruction to a language model, for whoever builds prompts of it.
    #[serde(default, skip_serializing_if = "Findings::is_empty")]
    pub suspect: Findings,
    /// Where it stands in its life.
    pub status: Status,
    /// Whether it takes new units while it runs.
    #[serde(default, skip_serializing_if = "Enrolment::is_open")]
    pub enrolment: Enrolment,
    /// How it was shipped, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped: Option<Shipped>,
    /// Since when each override has been in force. One that is not named here was there from the beginning.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overridden_since: BTreeMap<UnitId, Timestamp>,
    /// Counts changes, from 1; a change names the revision it was made against.
    pub revision: u64,
    /// Counts restarts, from 1: in each phase accounts are randomized anew.
    pub phase: u32,
    /// What this phase's buckets are drawn from.
    pub seed: Seed,
    /// How the seed was chosen, when the units were known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// The weights of this phase, oldest first.
    pub weightings: Vec<Weighting>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A test as callers see it. The seed is left out: whoever knows it can pick ids that fall into an
/// arm of their choice.
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

/// How alike the arms are, rounded up to hundredths; see [`Balance`]. In full the imbalance would tell who
/// is in which arm: few deals of a list have just this one.
#[derive(Debug, Clone, Copy, Serialize)]
struct BalanceView {
    threshold: f64,
    imbalance: f64,
    seed_number: u64,
}

impl Experiment {
    /// A new draft.
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
            seed,
            balance: None,
            weightings,
            created_at: now,
            updated_at: now,
        }
    }

    /// The test as callers see it.
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

    /// The arm that everybody gets, while the test is shipped.
    #[must_use]
    pub fn winner(&self) -> Option<&Variant> {
        self.definition.variant(&self.shipped.as_ref()?.winner)
    }

    /// Whether a unit that was assigned at this time had an override already. Whoever was assigned before
    /// stays in the results as drawn (intention to treat): overrides may follow what is known of a unit.
    #[must_use]
    pub fn was_overridden(&self, unit: &UnitId, assigned_at: Timestamp) -> bool {
        self.definition.overrides.contains_key(unit)
            && self.overridden_since.get(unit).is_none_or(|since| *since < assigned_at)
    }

    /// From when on the results of a shipped test are final.
    #[must_use]
    pub fn final_from(&self) -> Option<Timestamp> {
        self.shipped.as_ref().map(|shipped| Timestamp::from_millis(shipped.at.millis() + SETTLE_MS))
    }

    /// The arm that the others are compared with.
    #[must_use]
    pub fn control(&self) -> Option<&VariantKey> {
        self.definition.variants.iter().find(|v| v.is_control).map(|v| &v.key)
    }
}

/// The next hundredth from below.
fn hundredths(x: f64) -> f64 {
    (x * 100.0).ceil() / 100.0
}

/// What is suspect in a definition. All of its parts can be written as JSON.
pub(super) fn suspect(definition: &Definition) -> Findings {
    Findings::of(&serde_json::to_value(definition).unwrap_or_default())
}

/// The share of each variant, in the definition's order.
pub(super) fn weights(definition: &Definition) -> Vec<BasisPoints> {
    definition.variants.iter().map(|v| v.weight).collect()
}
