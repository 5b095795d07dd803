//! The part of a report that is printed. Fields that a later server adds are ignored.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The results of a phase.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// The test.
    pub test_id: String,
    /// The number of the phase.
    pub phase: u64,
    /// The state of the test.
    pub status: String,
    /// When the results were counted.
    pub as_of: String,
    /// The recommendation.
    pub verdict: Verdict,
    /// Whether the units are split as planned.
    pub sample_ratio: SampleRatio,
    /// The goals.
    pub goals: Vec<Goal>,
    /// What makes the readings less certain.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// The outcomes of each goal by whether they count.
    #[serde(default)]
    pub outcomes: Vec<Outcomes>,
    /// The results by segment.
    #[serde(default)]
    pub segments: Vec<Segment>,
}

/// A recommendation.
#[derive(Debug, Deserialize)]
pub struct Verdict {
    /// As a sentence.
    pub sentence: String,
    /// Why.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// The check of the split.
#[derive(Debug, Deserialize)]
pub struct SampleRatio {
    /// Its p-value.
    pub p: Option<f64>,
    /// Whether the split is as planned.
    pub ok: bool,
}

/// The results of one goal.
#[derive(Debug, Deserialize)]
pub struct Goal {
    /// Its key.
    pub goal: String,
    /// `binary`, `count`, `sum` or `ratio`.
    pub kind: String,
    /// `primary`, `secondary` or `guardrail`.
    pub role: String,
    /// Each variant.
    pub arms: Vec<Arm>,
    /// Each variant against control.
    pub comparisons: Vec<Comparison>,
}

/// The results of one variant.
#[derive(Debug, Deserialize)]
pub struct Arm {
    /// Its key.
    pub variant: String,
    /// Its units.
    pub units: u64,
    /// Units with an outcome.
    pub converted: u64,
    /// The sum over all units.
    pub total: f64,
    /// The mean of all units.
    pub mean: Option<f64>,
}

/// A variant against control.
#[derive(Debug, Deserialize)]
pub struct Comparison {
    /// The variant.
    pub variant: String,
    /// How the interval is computed.
    pub method: String,
    /// The difference.
    pub absolute: Interval,
    /// The difference as a share of control's mean.
    pub relative: Interval,
    /// The p-value, valid at every interim look.
    pub p_value: Option<f64>,
    /// Why the error rate is approximate.
    #[serde(default)]
    pub approximate: Option<String>,
    /// The interim looks so far.
    #[serde(default)]
    pub interim_looks: Option<InterimLooks>,
    /// The reading at a fixed horizon.
    pub fixed_horizon: Option<FixedHorizon>,
    /// The posterior.
    pub bayesian: Option<Bayesian>,
    /// A second opinion on a binary goal.
    #[serde(default)]
    pub betting: Option<Betting>,
    /// Caveats.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl Goal {
    /// Returns whether an interim look has been taken at a comparison.
    #[must_use]
    pub fn is_looked_at(&self) -> bool {
        self.comparisons.iter().any(|comparison| comparison.interim_looks.is_some())
    }
}

/// The interim looks at a comparison.
#[derive(Debug, Clone, Deserialize)]
pub struct InterimLooks {
    /// Their number.
    pub looks: u32,
    /// The progress: 1 at the plan.
    pub information: f64,
    /// The p-value of the last look by itself.
    pub p_value: Option<f64>,
    /// The decision.
    pub decision: Option<Decision>,
}

/// The look that decided a comparison.
#[derive(Debug, Clone, Deserialize)]
pub struct Decision {
    /// Its number.
    pub look: u32,
    /// The progress at that look.
    pub information: f64,
}

/// An estimate with its 95 % interval.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Interval {
    /// The observed difference.
    pub estimate: Option<f64>,
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// The reading at a fixed horizon.
#[derive(Debug, Deserialize)]
pub struct FixedHorizon {
    /// The difference.
    pub absolute: Interval,
    /// Two-sided.
    pub p_value: f64,
}

/// The posterior.
#[derive(Debug, Deserialize)]
pub struct Bayesian {
    /// The probability that the variant is better.
    pub beats_control: f64,
}

/// A second opinion: the evidence of the accounts whose window has ended.
#[derive(Debug, Deserialize)]
pub struct Betting {
    /// The p-value, valid at every interim look.
    pub p_value: f64,
}

/// A warning.
#[derive(Debug, Deserialize)]
pub struct Warning {
    /// In words.
    pub detail: String,
}

/// The outcomes of one goal.
#[derive(Debug, Deserialize)]
pub struct Outcomes {
    /// Its key.
    pub goal: String,
    /// The counts by name.
    #[serde(flatten)]
    pub counts: BTreeMap<String, u64>,
}

/// The results by the values of one attribute.
#[derive(Debug, Deserialize)]
pub struct Segment {
    /// The attribute.
    pub attribute: String,
    /// Its values.
    pub values: Vec<SegmentValue>,
}

/// The results of one value.
#[derive(Debug, Deserialize)]
pub struct SegmentValue {
    /// The value as text.
    pub value: String,
    /// Each variant.
    pub arms: Vec<SegmentArm>,
}

/// A variant's units with one value.
#[derive(Debug, Deserialize)]
pub struct SegmentArm {
    /// The variant.
    pub variant: String,
    /// Its units.
    pub units: u64,
    /// Units with an outcome of the primary goal.
    pub converted: u64,
}
