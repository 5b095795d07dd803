//! An account before a decision.

use serde::Deserialize;
use serde_json::{Map, Value};
use validator::Validate;

use super::allocation::Mode;
use super::id::NotAName;
use super::{Definition, Experiment, UnitId, VariantKey, identity};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// One entry of `POST /tests/{test_id}/assignments`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct UnitBody {
    unit_id: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    covariate: Option<f64>,
    #[validate(custom(function = "VariantKey::check"))]
    variant: Option<String>,
    assigned_at: Option<Dated>,
    #[validate(length(min = 1, max = 512, message = "must be a preview token of at most 512 bytes"))]
    preview: Option<String>,
}

impl UnitBody {
    /// Creates the entry of a unit whose variant was shown.
    pub(super) fn new(
        unit_id: String,
        attributes: Map<String, Value>,
        covariate: Option<f64>,
        variant: Option<String>,
    ) -> Self {
        Self { unit_id, attributes, covariate, variant, assigned_at: None, preview: None }
    }

    /// Checks what every test requires of an entry. [`Unit::parse`] checks the rest for a test.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer.
    pub fn check(&self) -> Result<(), Vec<Invalid>> {
        validation::check(self)?;
        let is_text = !self.unit_id.is_empty() && !self.unit_id.contains(char::is_control);
        match UnitId::parse(self.unit_id.clone()) {
            Err(why) if !is_text => Err(vec![Invalid::new("/unit_id", why.to_string())]),
            _ => Ok(()),
        }
    }

    /// Returns the text by which the caller names the unit.
    #[must_use]
    pub fn sent_as(&self) -> &str {
        &self.unit_id
    }

    /// Returns the preview token.
    #[must_use]
    pub fn preview(&self) -> Option<&str> {
        self.preview.as_deref()
    }

    /// Returns the name of a field that only an assignment has, if there is one.
    #[must_use]
    pub fn assigning_field(&self) -> Option<&'static str> {
        let fields = [
            ("covariate", self.covariate.is_some()),
            ("variant", self.variant.is_some()),
            ("assigned_at", self.assigned_at.is_some()),
            ("preview", self.preview.is_some()),
        ];
        fields.into_iter().find(|(_, is_set)| *is_set).map(|(name, _)| name)
    }
}

impl UnitBody {
    /// Returns the text by which the caller named the unit.
    #[must_use]
    pub fn unit_id(&self) -> &str {
        &self.unit_id
    }
}

/// The maximum age of an assignment in an external test, in days.
const OLDEST_DAYS: i64 = 365;
const DAY_MS: i64 = 86_400_000;

/// An account for which a variant is requested.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The account's id.
    pub id: UnitId,
    /// The text by which the caller named it.
    pub sent_as: String,
    /// The account's attributes, for targeting and segments.
    pub attributes: Map<String, Value>,
    /// A number that was known before the test and predicts the outcome, within ±1e15.
    pub covariate: Option<f64>,
    /// The arm to which the caller assigned the account; external tests only.
    pub variant: Option<VariantKey>,
    /// When the caller assigned the account, if not now; external tests only. A date without a time is its
    /// beginning in the test's time zone.
    pub assigned_at: Option<Timestamp>,
    /// A preview token, which chooses the variant in one test. Nothing is stored then.
    pub preview: Option<String>,
}

impl Unit {
    /// Parses one entry for its test, which determines what a unit is and when a day begins.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer.
    pub fn parse(body: UnitBody, test: &Experiment) -> Result<Self, Vec<Invalid>> {
        Self::named(body, test, None)
    }

    /// Parses one entry whose text names the unit `known`, if the directory knows it.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn named(body: UnitBody, test: &Experiment, known: Option<&UnitId>) -> Result<Self, Vec<Invalid>> {
        let Definition { unit_kind, time_zone, .. } = &test.definition;
        let id = identity::checked(*unit_kind, &body.unit_id, known, validation::check(&body))?;
        let refused = |error: NotAName| vec![Invalid::new("", error.to_string())];
        Ok(Self {
            id,
            sent_as: body.unit_id,
            attributes: body.attributes,
            covariate: body.covariate,
            variant: body.variant.map(VariantKey::parse).transpose().map_err(refused)?,
            assigned_at: body.assigned_at.map(|at| at.first(time_zone)),
            preview: body.preview,
        })
    }

    /// Checks the time at which the caller assigned the unit.
    ///
    /// # Errors
    /// Returns an error for any time in a test that is not external, for a time later than `now`, and for a time before
    /// the day 365 days ago in the test's time zone.
    pub fn check_assigned_at(&self, test: &Experiment, now: Timestamp) -> Result<(), Vec<Invalid>> {
        let Some(at) = self.assigned_at else { return Ok(()) };
        let refused = |detail: &str| Err(vec![Invalid::new("/assigned_at", detail)]);
        let zone = &test.definition.time_zone;
        let oldest = Timestamp::from_millis(zone.date(now).millis() - OLDEST_DAYS * DAY_MS);
        let oldest = Dated::Day(oldest).first(zone);
        match test.definition.allocation.mode {
            Mode::External if at > now => refused("must not be later than now"),
            Mode::External if at < oldest => refused("must not be more than 365 days ago"),
            Mode::External => Ok(()),
            _ => refused("must be omitted: only external tests accept it"),
        }
    }
}
