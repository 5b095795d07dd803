//! The stored form of a comparison between two looks.
//!
//! Version 1 is the form of [`WatchedComparison`]. To change a stored field, copy the types of version 1, read them
//! as version 1, convert them to the new types, and write version 2.

use serde::{Deserialize, Serialize};
use stats::rerandomization::family::{Decided, Watch};
use stats::rerandomization::guardrail::Guarded;
use stats::rerandomization::normal::NormalLooks;

use super::terms::terms;
use crate::experiment::id::AttributeName;
use crate::experiment::{Experiment, Goal, GoalKey, VariantKey};

const VERSION: u32 = 1;

/// An arm compared with control on a goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchedComparison {
    /// The goal.
    pub goal: GoalKey,
    /// The arm.
    pub variant: VariantKey,
    /// Its looks so far.
    pub watch: Watch,
    /// For a guardrail, its looks against the margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardrail: Option<Guarded>,
    /// For the primary goal of a test with segments, the looks at their values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<WatchedSegments>,
    /// From which look on the error rate is approximate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approximate: Option<ApproximateFrom>,
    /// The looks at more units than can be drawn again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<NormalLooks>,
}

/// The first look whose error rate is approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproximateFrom {
    /// The number of the look, from 1.
    pub look: u32,
    /// Why it is approximate.
    pub reason: Approximation,
}

/// Why an error rate is approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approximation {
    /// The weights were changed after units had been assigned, so they may follow from what was seen.
    WeightsChanged,
    /// There are more units than can be drawn again.
    ManyUnits,
}

/// The values of segment attributes in one comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchedSegments {
    /// The looks at the most extreme value.
    pub watch: Watch,
    /// The values that a look has named, with their first decision.
    pub named: Vec<NamedValue>,
}

/// A value that differs from control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedValue {
    /// The attribute.
    pub attribute: AttributeName,
    /// The value.
    pub value: String,
    /// The decision.
    pub decided: Decided,
}

#[derive(Debug, Deserialize)]
struct Tag {
    version: u32,
}

#[derive(Debug, Serialize)]
struct Written<'a> {
    version: u32,
    #[serde(flatten)]
    item: &'a WatchedComparison,
}

impl WatchedComparison {
    /// Begins to watch a comparison.
    pub(super) fn new(test: &Experiment, goal: &Goal, variant: &VariantKey, draws: usize) -> Self {
        Self {
            goal: goal.key.clone(),
            variant: variant.clone(),
            watch: Watch::new(&terms(test, goal), draws),
            guardrail: None,
            segments: None,
            approximate: None,
            normal: None,
        }
    }

    /// Returns whether a look has changed anything but the number of looks: what was stopped, decided or read, or the
    /// information.
    pub(super) fn has_changed_since(&self, before: Option<&Self>) -> bool {
        let Some(before) = before else { return self.watch.information > 0.0 };
        let mut same = self.clone();
        same.watch.looks = before.watch.looks;
        if let (Some(own), Some(old)) = (&mut same.guardrail, &before.guardrail) {
            own.met.looks = old.met.looks;
            own.broken.looks = old.broken.looks;
        }
        if let (Some(own), Some(old)) = (&mut same.segments, &before.segments) {
            own.watch.looks = old.watch.looks;
        }
        same != *before
    }

    /// Returns why the error rate of the decisions, or of the looks so far without one, is approximate. If every level
    /// that is decided was decided at an earlier look, it is not.
    #[must_use]
    pub fn approximation(&self) -> Option<Approximation> {
        let decided = || self.watch.levels.iter().filter_map(|level| level.decided).map(|own| own.look);
        let is_later =
            |own: &ApproximateFrom| decided().any(|look| look >= own.look) || decided().next().is_none();
        self.approximate.filter(is_later).map(|own| own.reason)
    }

    /// Marks looks after the one numbered `before` as approximate.
    pub(super) fn approximate_after(&mut self, before: u32, reason: Approximation) {
        self.approximate = self.approximate.or(Some(ApproximateFrom { look: before + 1, reason }));
    }

    /// Returns the comparison in its stored form.
    pub fn stored(&self) -> impl Serialize + '_ {
        Written { version: VERSION, item: self }
    }

    /// Reads JSON that [`Self::stored`] has written. Returns None if the version is unknown or the item is damaged.
    #[must_use]
    pub fn read(json: &[u8]) -> Option<Self> {
        let tag: Tag = serde_json::from_slice(json).ok()?;
        (tag.version == VERSION).then(|| serde_json::from_slice(json).ok())?
    }
}
