//! An account as it stands before a decision.

use serde::Deserialize;
use serde_json::{Map, Value};
use validator::Validate;

use super::id::NotAName;
use super::{UnitId, VariantKey};
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
}

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
        })
    }
}
