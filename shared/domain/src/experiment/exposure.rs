//! A report that a unit was shown its variant.

use serde::Deserialize;
use serde_json::{Map, Value};
use validator::Validate;

use super::allocation::Mode;
use super::id::NotAName;
use super::unit::UnitBody;
use super::{EventId, Experiment, Unit, VariantKey};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// How far in the future an exposure may be, because clocks differ.
const AHEAD_MS: i64 = 5 * 60 * 1_000;
/// How far in the past an exposure may be, in days.
const OLDEST_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// One entry of `POST /tests/{test_id}/exposures`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExposureBody {
    unit_id: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    covariate: Option<f64>,
    #[validate(custom(function = "VariantKey::check"))]
    variant: Option<String>,
    exposed_at: Option<Dated>,
    #[validate(custom(function = "EventId::check"))]
    exposure_id: Option<String>,
}

impl ExposureBody {
    /// Checks what every test requires of an entry. [`Exposure::parse`] checks the rest for a test.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer.
    pub fn check(&self) -> Result<(), Vec<Invalid>> {
        validation::check(self)?;
        self.unit(None).check()
    }

    /// Returns the text by which the caller named the unit.
    #[must_use]
    pub fn unit_id(&self) -> &str {
        &self.unit_id
    }

    /// Returns the unit as in an assignment. In an external test, its variant is the one that was shown.
    #[must_use]
    pub fn unit_of(&self, test: &Experiment) -> UnitBody {
        let is_external = test.definition.allocation.mode == Mode::External;
        self.unit(self.variant.clone().filter(|_| is_external))
    }

    fn unit(&self, variant: Option<String>) -> UnitBody {
        UnitBody::new(self.unit_id.clone(), self.attributes.clone(), self.covariate, variant)
    }
}

/// One exposure of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// The unit. An assignment that the exposure makes has its time, so that outcomes between the exposure and its
    /// report count.
    pub unit: Unit,
    /// The variant that was shown, if the caller names it.
    pub variant: Option<VariantKey>,
    /// When it was shown. A date without a time is its beginning in the test's time zone.
    pub exposed_at: Timestamp,
    /// The caller's id of this exposure. Repeated ids refer to the same one. Without an id, it follows from the time.
    pub exposure_id: EventId,
}

impl Exposure {
    /// Parses one entry of a unit for its test. An exposure without a time gets the current time.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer, a variant that the test does not have, and a time in the future,
    /// before the current phase or more than 30 days ago.
    pub fn parse(
        body: ExposureBody,
        unit: Unit,
        test: &Experiment,
        now: Timestamp,
    ) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let refused = |pointer: &str, error: NotAName| vec![Invalid::new(pointer, error.to_string())];
        let variant = body.variant.map(VariantKey::parse).transpose().map_err(|e| refused("/variant", e))?;
        if variant.as_ref().is_some_and(|key| test.definition.variant(key).is_none()) {
            return Err(vec![Invalid::new("/variant", "is not a variant of this test")]);
        }
        let exposed_at = time(body.exposed_at.unwrap_or(Dated::At(now)), test, now)
            .map_err(|detail| vec![Invalid::new("/exposed_at", detail)])?;
        let id = body.exposure_id.unwrap_or_else(|| format!("at-{}", exposed_at.millis()));
        let exposure_id = EventId::parse(id).map_err(|e| refused("/exposure_id", e))?;
        Ok(Self { unit: Unit { assigned_at: Some(exposed_at), ..unit }, variant, exposed_at, exposure_id })
    }
}

/// Returns when the variant was shown. A day during which the phase began is taken from that moment on.
fn time(at: Dated, test: &Experiment, now: Timestamp) -> Result<Timestamp, String> {
    let zone = &test.definition.time_zone;
    if at.first(zone).millis() > now.millis() + AHEAD_MS {
        return Err("must not be more than 5 minutes in the future".to_owned());
    }
    let oldest = Timestamp::from_millis(zone.date(now).millis() - OLDEST_DAYS * DAY_MS);
    if at.first(zone) < Dated::Day(oldest).first(zone) {
        return Err(format!("must not be more than {OLDEST_DAYS} days ago"));
    }
    let began = test.phase_began_at.unwrap_or(test.created_at).floor_to_second();
    if at.last(zone) < began {
        let began = String::from(began);
        return Err(format!("must not be before the current phase of the test, which began at {began}"));
    }
    Ok(at.first(zone).max(began).min(now))
}

#[cfg(test)]
mod tests;
