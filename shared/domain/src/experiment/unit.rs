//! An account as it stands before a decision.

use serde::Deserialize;
use serde_json::{Map, Value};
use validator::Validate;

use super::allocation::Mode;
use super::id::NotAName;
use super::{Experiment, UnitId, VariantKey};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// One entry of `POST /tests/{test_id}/assignments`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct UnitBody {
    #[validate(custom(function = "UnitId::check"))]
    unit_id: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    covariate: Option<f64>,
    #[validate(custom(function = "VariantKey::check"))]
    variant: Option<String>,
    assigned_at: Option<Dated>,
}

/// How many days ago an external test may have assigned a unit.
const OLDEST_DAYS: i64 = 365;
const DAY_MS: i64 = 86_400_000;

/// An account that asks for its variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Who asks.
    pub id: UnitId,
    /// What is known of it, for targeting and segments.
    pub attributes: Map<String, Value>,
    /// A number known before the test that predicts the outcome, within ±1e15.
    pub covariate: Option<f64>,
    /// The arm the caller has put it in; external tests only.
    pub variant: Option<VariantKey>,
    /// When the caller put it there, unless that is now; external tests only. A day alone is its beginning.
    pub assigned_at: Option<Timestamp>,
}

impl Unit {
    /// Parses one entry.
    ///
    /// # Errors
    /// Every broken limit by its pointer.
    pub fn parse(body: UnitBody) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let refused = |error: NotAName| vec![Invalid::new("", error.to_string())];
        Ok(Self {
            id: UnitId::parse(body.unit_id).map_err(refused)?,
            attributes: body.attributes,
            covariate: body.covariate,
            variant: body.variant.map(VariantKey::parse).transpose().map_err(refused)?,
            assigned_at: body.assigned_at.map(Dated::first),
        })
    }

    /// Checks the time at which the caller says that it assigned the unit.
    ///
    /// # Errors
    /// In a test that assigns by itself, for a time that is later than `now`, and for one before the day
    /// 365 days ago (UTC).
    pub fn check_assigned_at(&self, test: &Experiment, now: Timestamp) -> Result<(), Vec<Invalid>> {
        let Some(at) = self.assigned_at else { return Ok(()) };
        let refused = |detail: &str| Err(vec![Invalid::new("/assigned_at", detail)]);
        let oldest = (now.millis() / DAY_MS - OLDEST_DAYS) * DAY_MS;
        match test.definition.allocation.mode {
            Mode::External if at > now => refused("must not be later than now"),
            Mode::External if at.millis() < oldest => refused("must not be more than 365 days ago"),
            Mode::External => Ok(()),
            _ => refused("must be left out: only external tests take it"),
        }
    }
}
