//! Warnings: what makes the readings of a report less certain than they appear. Each has a code for
//! clients.

mod exposures;

use serde::{Deserialize, Serialize};

use crate::experiment::goal::Kind;
use crate::experiment::{Experiment, GoalKey, VariantKey};
use crate::results::counting::changed_weights::{are_changed, undeclared_change};
use crate::results::counting::totals::{GoalTotals, Totals};

/// A warning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// The code.
    pub code: Code,
    /// The goal. Omitted when the warning is about all goals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<GoalKey>,
    /// The variant. Omitted when the warning is about all variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantKey>,
    /// For `dominant_unit`: the share of the arm's total that one unit has, above 0 and at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// A description.
    pub detail: String,
}

/// The kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// One unit has a fifth or more of an arm's total or denominator, and far more than the average of the
    /// others.
    DominantUnit,
    /// The weights were changed in this phase, or the shares of the arms have changed over time.
    WeightsChanged,
    /// The results of earlier interim looks could not be read. The sequential reading began again at a later
    /// moment.
    SequentialRestarted,
    /// The arms differ in the share of units that were reported to be shown their variant.
    ExposuresDiffer,
}

impl Code {
    /// Returns the code as reports contain it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DominantUnit => "dominant_unit",
            Self::WeightsChanged => "weights_changed",
            Self::SequentialRestarted => "sequential_restarted",
            Self::ExposuresDiffer => "exposures_differ",
        }
    }
}

impl Warning {
    /// Returns all warnings of a report: those about all goals first, then goal by goal.
    #[must_use]
    pub fn all(test: &Experiment, totals: &Totals) -> Vec<Self> {
        let changed = changed_weights(test, totals);
        let changed = changed.map(|why| Self::about_all(Code::WeightsChanged, why.to_owned()));
        let exposures = exposures::differ(test, totals);
        let exposures = exposures.map(|why| Self::about_all(Code::ExposuresDiffer, why));
        let goals = test.definition.goals.iter().enumerate();
        let arms = || test.definition.variants.iter().zip(&totals.arms);
        let dominant = goals.flat_map(|(index, goal)| {
            arms().filter_map(move |(variant, arm)| {
                let (share, detail) = dominant(goal.kind, arm.goals.get(index)?, &variant.key)?;
                Some(Self {
                    code: Code::DominantUnit,
                    goal: Some(goal.key.clone()),
                    variant: Some(variant.key.clone()),
                    share: Some(share),
                    detail,
                })
            })
        });
        changed.into_iter().chain(exposures).chain(dominant).collect()
    }

    /// Creates a warning about all goals and arms.
    #[must_use]
    pub fn about_all(code: Code, detail: String) -> Self {
        Self { code, goal: None, variant: None, share: None, detail }
    }
}

/// Returns what a change of the shares of the arms means for the readings.
#[must_use]
pub fn changed_weights(test: &Experiment, totals: &Totals) -> Option<&'static str> {
    if let Some(why) = undeclared_change(test, totals) {
        return Some(why);
    }
    if are_changed(test, totals) && totals.unit_rows.are_too_many() {
        return Some(
            "The weights have changed in this phase, and there are too many accounts to compare them within each set of \
             weights. The differences are of all accounts together and may be biased, and nothing more is decided. Start \
             a new phase with constant weights.",
        );
    }
    are_changed(test, totals).then_some(
        "The weights have changed in this phase. The variants are compared among the accounts of each set of weights \
         that gave each at least 10, and combined. The new weights may follow from results, so the error rate is \
         approximate. Segments have no further looks.",
    )
}

/// Returns the share of an arm's total, or of a ratio's denominator or numerator, that a dominant unit has,
/// with a description. Returns None if no unit dominates.
#[must_use]
pub fn dominant(kind: Kind, arm: &GoalTotals, variant: &VariantKey) -> Option<(f64, String)> {
    let (share, of) = match kind {
        Kind::Binary => return None,
        Kind::Count | Kind::Sum => (arm.sizes.dominant()?, "total"),
        Kind::Ratio => arm
            .bases
            .dominant()
            .map(|share| (share, "denominator"))
            .or_else(|| Some((arm.sizes.dominant()?, "numerator")))?,
    };
    let detail = format!(
        "One account has {:.0} % of the {of} of {variant}, so the variant's result depends mostly on that \
         account.",
        100.0 * share
    );
    Some((share, detail))
}
