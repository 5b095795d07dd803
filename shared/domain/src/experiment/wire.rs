//! The request bodies that describe a test, with the limit of each field. [`super::Definition`] parses them and
//! checks the rules between fields.

mod limits;

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stats::spending::{Hypothesis, Spending};
use validator::Validate;

use super::allocation::Mode;
use super::goal::{Direction, Kind, Role};
use super::id::NamespaceKey;
use super::known::KnownBody;
use super::lifecycle::{Enrolment, Start};
use super::{BasisPoints, ExperimentId, GoalKey, Status, VariantKey};

pub use limits::title;
use limits::{attribute_names, increasing_range, minimum_share, overrides, parameters, prose, share};

/// The maximum size of the `parameters` of one variant, in bytes of JSON.
pub const PARAMETERS_BYTES: usize = 16 * 1024;

/// `POST /tests`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    #[validate(custom(function = "ExperimentId::check"))]
    pub(crate) test_id: String,
    #[validate(custom(function = "title"))]
    pub(crate) name: String,
    #[serde(default)]
    #[validate(custom(function = "prose"))]
    pub(crate) hypothesis: String,
    #[validate(nested, length(min = 2, max = 20, message = "must contain 2 to 20 variants"))]
    pub(crate) variants: Vec<VariantBody>,
    #[serde(default = "whole")]
    #[validate(custom(function = "share"))]
    pub(crate) coverage: u32,
    #[serde(default)]
    pub(crate) targeting: Map<String, Value>,
    #[validate(nested)]
    pub(crate) namespace: Option<NamespaceBody>,
    #[serde(default)]
    #[validate(custom(function = "overrides"))]
    pub(crate) overrides: BTreeMap<String, String>,
    #[serde(default)]
    #[validate(nested)]
    pub(crate) allocation: AllocationBody,
    #[serde(default)]
    #[validate(
        length(max = 4, message = "must contain at most 4 attributes"),
        custom(function = "attribute_names")
    )]
    pub(crate) segments: Vec<String>,
    #[validate(range(min = 2, max = 10_000_000, message = "must be 2 to 10000000 units"))]
    pub(crate) planned_units: Option<u32>,
    #[serde(default)]
    pub(crate) spending: Spending,
    #[validate(nested)]
    pub(crate) expected: Option<Expected>,
    #[serde(default = "sixteen")]
    #[validate(range(min = 1, max = 256, message = "must be 1 to 256 partitions"))]
    pub(crate) partitions: u32,
    #[validate(nested, length(min = 1, max = 20, message = "must contain 1 to 20 goals"))]
    pub(crate) goals: Vec<GoalBody>,
    #[validate(nested, length(min = 10, max = 1_000, message = "must contain 10 to 1000 units"))]
    pub(crate) known_units: Option<Vec<KnownBody>>,
}

impl TestBody {
    /// Returns the name of the test, if it is valid.
    #[must_use]
    pub fn test_id(&self) -> Option<ExperimentId> {
        ExperimentId::parse(self.test_id.as_str()).ok()
    }
}

/// One entry of `variants`.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct VariantBody {
    #[validate(custom(function = "VariantKey::check"))]
    pub(crate) key: String,
    #[validate(custom(function = "share"))]
    pub(crate) weight: u32,
    #[serde(default)]
    pub(crate) is_control: bool,
    #[serde(default)]
    #[validate(custom(function = "parameters"))]
    pub(crate) parameters: Map<String, Value>,
}

/// `allocation`: how weights are set.
#[derive(Debug, Clone, Copy, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AllocationBody {
    pub(crate) mode: Mode,
    #[validate(custom(function = "minimum_share"))]
    pub(crate) floor: Option<u32>,
    #[validate(range(min = 1_000, max = 8_000, message = "must be 1000 to 8000 basis points"))]
    pub(crate) control_share: Option<u32>,
}

/// `expected`: what the author expects of the primary goal. The plan of units and effects is computed from it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The expected value of control: a rate, a mean per unit, or a ratio.
    #[validate(range(min = 0.0, max = 1e12, message = "must be 0 to 1e12"))]
    pub baseline: f64,
    /// The smallest difference that is worth detecting, in the goal's own unit; above 0.
    #[validate(range(exclusive_min = 0.0, max = 1e12, message = "must be above 0 and at most 1e12"))]
    pub effect: f64,
    /// The standard deviation per unit of a count or sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(exclusive_min = 0.0, max = 1e12, message = "must be above 0 and at most 1e12"))]
    pub deviation: Option<f64>,
    /// For a ratio, the mean of the denominator per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1.0, max = 1e9, message = "must be 1 to 1e9"))]
    pub size: Option<f64>,
    /// For a ratio, the correlation of the outcomes within one unit, 0 to 1. The default is 0.05.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1.0, message = "must be 0 to 1"))]
    pub correlation: Option<f64>,
}

/// One entry of `goals`.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct GoalBody {
    #[validate(custom(function = "GoalKey::check"))]
    pub(crate) key: String,
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) role: Role,
    #[serde(default = "quarter")]
    #[validate(range(min = 1, max = 365, message = "must be 1 to 365 days"))]
    pub(crate) window_days: u32,
    #[serde(default)]
    pub(crate) direction: Direction,
    #[serde(default)]
    pub(crate) hypothesis: Hypothesis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1e15, message = "must be 0 to 1e15"))]
    pub(crate) margin: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "GoalKey::check"))]
    pub(crate) numerator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "GoalKey::check"))]
    pub(crate) denominator: Option<String>,
}

/// `namespace`: the test's range of a second hash. Tests of one namespace whose ranges do not overlap share no
/// unit.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct NamespaceBody {
    #[validate(custom(function = "NamespaceKey::check"))]
    pub(crate) key: String,
    #[validate(custom(function = "increasing_range"))]
    pub(crate) range: [u32; 2],
}

/// `PATCH /tests/{test_id}`: the revision on which the change is based, and the changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPatch {
    /// The revision on which this change is based, 1 or more.
    pub revision: NonZeroU64,
    /// The new state.
    pub status: Option<Status>,
    /// How a stopped test starts again.
    pub start: Option<Start>,
    /// Whether new units are assigned.
    pub enrolment: Option<Enrolment>,
    /// The variant that a shipped test gives to all accounts.
    pub winner: Option<String>,
    /// New weights by variant key.
    pub weights: Option<BTreeMap<String, u32>>,
    /// Starts the test although parts of it are marked as suspect.
    pub acknowledge_suspect: Option<bool>,
    pub(crate) name: Option<String>,
    pub(crate) hypothesis: Option<String>,
    pub(crate) variants: Option<Vec<VariantBody>>,
    pub(crate) coverage: Option<u32>,
    pub(crate) targeting: Option<Map<String, Value>>,
    pub(crate) namespace: Option<NamespaceBody>,
    pub(crate) overrides: Option<BTreeMap<String, String>>,
    pub(crate) allocation: Option<AllocationBody>,
    pub(crate) segments: Option<Vec<String>>,
    pub(crate) planned_units: Option<u32>,
    pub(crate) spending: Option<Spending>,
    pub(crate) expected: Option<Expected>,
    pub(crate) goals: Option<Vec<GoalBody>>,
    pub(crate) known_units: Option<Vec<KnownBody>>,
}

fn whole() -> u32 {
    BasisPoints::WHOLE.get()
}

fn sixteen() -> u32 {
    16
}

/// The default window of 90 days: long enough for most sales cycles, and returned in every response.
fn quarter() -> u32 {
    90
}
