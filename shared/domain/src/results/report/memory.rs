//! The results of earlier interim looks, which later reports of the phase keep.

use serde::{Deserialize, Deserializer};

use super::Report;
use crate::clock::Timestamp;
use crate::experiment::{GoalKey, VariantKey};
use crate::results::reading::betting::Betting;
use crate::results::reading::comparison::{Comparison, Guarded, Shown};
use crate::results::reading::goal::GoalReport;
use crate::results::reading::method::Method;
use crate::results::reading::warnings::{Code, Warning};

/// The part of a stored report that later reports need. It can be read from a report of any version that has
/// these fields, so it remains readable after other fields change. If a field is missing or contains an
/// unknown value, nothing is read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Memory {
    sample_ratio: Fit,
    goals: Vec<RememberedGoal>,
    warnings: Vec<RememberedWarning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct Fit {
    #[serde(deserialize_with = "present")]
    p: Option<f64>,
    ok: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct RememberedGoal {
    goal: GoalKey,
    comparisons: Vec<RememberedComparison>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct RememberedComparison {
    variant: VariantKey,
    method: Method,
    #[serde(deserialize_with = "present")]
    p_value: Option<f64>,
    #[serde(deserialize_with = "present")]
    shown: Option<Shown>,
    #[serde(deserialize_with = "present")]
    betting: Option<Betting>,
    #[serde(deserialize_with = "present")]
    guardrail: Option<Guarded>,
}

/// Codes are strings here, so that an unknown warning causes no error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct RememberedWarning {
    code: String,
    detail: String,
}

/// An optional field that must be present. A missing field may have been renamed.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

impl Memory {
    /// Applies the results of earlier interim looks to each comparison. An interim look at units that did not
    /// match their weights has no result.
    pub(super) fn hand_on(&self, goals: &mut [GoalReport]) {
        for goal in goals.iter_mut().filter(|_| self.sample_ratio.ok) {
            let Some(before) = self.goals.iter().find(|own| own.goal == goal.goal) else { continue };
            for comparison in &mut goal.comparisons {
                if let Some(own) = before.comparisons.iter().find(|own| own.variant == comparison.variant) {
                    own.hand_on(comparison);
                }
            }
        }
    }

    /// Returns the lowest p-value of the sample-ratio check so far.
    pub(super) fn sample_ratio_p(&self) -> Option<f64> {
        self.sample_ratio.p
    }

    /// Returns the warning that earlier results are incomplete, if the previous report had it. It remains for
    /// the whole phase.
    pub(super) fn restart(&self) -> Option<Warning> {
        let own = self.warnings.iter().find(|own| own.code == Code::SequentialRestarted.as_str())?;
        Some(Warning::about_all(Code::SequentialRestarted, own.detail.clone()))
    }

    /// Returns the warning of a report without earlier results although a report was stored before it.
    pub(super) fn lost(as_of: Timestamp) -> Warning {
        let detail = format!(
            "The results of the interim looks before {} could not be read and are lost. P-values are the \
             lowest of the interim looks since then, and their error rate applies from then on.",
            String::from(as_of)
        );
        Warning::about_all(Code::SequentialRestarted, detail)
    }
}

impl RememberedComparison {
    /// Keeps the lowest p-value, the lowest ones of a guardrail that is read by an e-process, and the highest e-value of
    /// the second opinion, of all interim looks. The final reading of an adaptive test includes its e-process.
    fn hand_on(&self, to: &mut Comparison) {
        to.betting = to.betting.map(|now| self.betting.map_or(now, |before| now.higher(before)));
        if to.method == Method::None {
            to.guardrail = to.guardrail.map(|now| self.guardrail.map_or(now, |before| now.lower(before)));
        }
        let is_final = (self.method, to.method) == (Method::EProcess, Method::BatchStratified);
        if !is_final && (self.method != to.method || !to.method.is_sequential()) {
            return;
        }
        if let Some(p) = self.p_value.filter(|p| to.p_value.is_none_or(|now| *p < now)) {
            (to.p_value, to.shown) = (Some(p), self.shown);
        }
    }
}

impl From<&Report> for Memory {
    fn from(report: &Report) -> Self {
        let comparison = |own: &Comparison| RememberedComparison {
            variant: own.variant.clone(),
            method: own.method,
            p_value: own.p_value,
            shown: own.shown,
            betting: own.betting,
            guardrail: own.guardrail,
        };
        let goals = report.goals.iter().map(|own| RememberedGoal {
            goal: own.goal.clone(),
            comparisons: own.comparisons.iter().map(comparison).collect(),
        });
        let warning = |own: &Warning| RememberedWarning {
            code: own.code.as_str().to_owned(),
            detail: own.detail.clone(),
        };
        Self {
            sample_ratio: Fit { p: report.sample_ratio.p, ok: report.sample_ratio.ok },
            goals: goals.collect(),
            warnings: report.warnings.iter().map(warning).collect(),
        }
    }
}
