//! The stored form of a comparison between two looks.
//!
//! Version 1 is the form of [`WatchedComparison`]. To change a stored field, copy the types of version 1, read them
//! as version 1, convert them to the new types, and write version 2.

use serde::{Deserialize, Serialize};
use stats::rerandomization::family::{Decided, Watch};
use stats::rerandomization::guardrail::Guarded;

use crate::experiment::id::AttributeName;
use crate::experiment::{GoalKey, VariantKey};

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
