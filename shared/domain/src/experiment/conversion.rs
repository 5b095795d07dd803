//! Outcomes and their versions, before they are stored.

use serde::Deserialize;
use validator::Validate;

use super::goal::Kind;
use super::{EventId, Experiment, GoalKey, Status, UnitId, Version, identity};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// How far in the future an outcome may be, because clocks differ.
const AHEAD_MS: i64 = 5 * 60 * 1_000;

/// One entry of `POST /tests/{test_id}/conversions`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConversionBody {
    unit_id: String,
    #[validate(custom(function = "GoalKey::check"))]
    goal: String,
    #[validate(custom(function = "EventId::check"))]
    event_id: String,
    version: Option<u64>,
    void: Option<bool>,
    value: Option<f64>,
    occurred_at: Option<Dated>,
}

impl ConversionBody {
    /// Returns the text by which the caller named the unit.
    #[must_use]
    pub fn unit_id(&self) -> &str {
        &self.unit_id
    }

    /// The key of the goal, which is not checked yet.
    #[must_use]
    pub fn goal(&self) -> &str {
        &self.goal
    }
}

/// One outcome of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// The unit that converted.
    pub unit_id: UnitId,
    /// The goal of the outcome.
    pub goal: GoalKey,
    /// The caller's id of this outcome. Repeated ids refer to the same outcome.
    pub event_id: EventId,
    /// The version of the outcome. The highest one counts.
    pub version: Version,
    /// The amount; 1 for a binary goal.
    pub value: f64,
    /// The time, or the day if the caller sent no time of day.
    pub occurred_at: Dated,
}

/// A version that removes an outcome. It has no value and no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// The unit of the outcome.
    pub unit_id: UnitId,
    /// The goal of the outcome.
    pub goal: GoalKey,
    /// The outcome's id.
    pub event_id: EventId,
    /// The version of the void. Lower versions of the outcome do not count, whenever they arrive.
    pub version: Version,
}

/// One version of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The outcome as of this version.
    Converted(Conversion),
    /// The outcome does not exist as of this version.
    Voided(Void),
}

/// One version of an outcome, as a request sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The version.
    pub event: Event,
    /// Whether the request states when the outcome occurred.
    timed: bool,
}

/// Returns whether a test in this state accepts outcomes. They may arrive late, but not before the first start.
#[must_use]
pub fn is_open(status: Status) -> bool {
    status.is_started()
}

impl Event {
    /// The unit of the outcome.
    #[must_use]
    pub fn unit_id(&self) -> &UnitId {
        match self {
            Self::Converted(outcome) => &outcome.unit_id,
            Self::Voided(void) => &void.unit_id,
        }
    }

    /// The goal of the outcome.
    #[must_use]
    pub fn goal(&self) -> &GoalKey {
        match self {
            Self::Converted(outcome) => &outcome.goal,
            Self::Voided(void) => &void.goal,
        }
    }

    /// The outcome's id.
    #[must_use]
    pub fn event_id(&self) -> &EventId {
        match self {
            Self::Converted(outcome) => &outcome.event_id,
            Self::Voided(void) => &void.event_id,
        }
    }

    /// The version of the outcome.
    #[must_use]
    pub fn version(&self) -> Version {
        match self {
            Self::Converted(outcome) => outcome.version,
            Self::Voided(void) => void.version,
        }
    }
}

impl From<Conversion> for Entry {
    fn from(outcome: Conversion) -> Self {
        Self { event: Event::Converted(outcome), timed: true }
    }
}

impl Entry {
    /// Parses one entry for its test. An outcome without a time gets the current time.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer, a goal that the test does not declare, a value that the kind of
    /// goal does not accept, a time in the future, or a void with content.
    pub fn parse(body: ConversionBody, test: &Experiment, now: Timestamp) -> Result<Self, Vec<Invalid>> {
        Self::named(body, test, None, now)
    }

    /// Parses one entry whose text names the unit `known`, if the directory knows it.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn named(
        body: ConversionBody,
        test: &Experiment,
        known: Option<&UnitId>,
        now: Timestamp,
    ) -> Result<Self, Vec<Invalid>> {
        let unit_id =
            identity::checked(test.definition.unit_kind, &body.unit_id, known, validation::check(&body))?;
        let refused = |pointer: &str, detail: String| vec![Invalid::new(pointer, detail)];
        let goal = GoalKey::parse(body.goal).map_err(|e| refused("/goal", e.to_string()))?;
        let Some(declared) = test.definition.goal(&goal) else {
            let declared: Vec<_> = test.definition.goals.iter().map(|g| g.key.as_str()).collect();
            let detail = format!("is not a goal of this test; its goals are {}", declared.join(", "));
            return Err(refused("/goal", detail));
        };
        let event_id = EventId::parse(body.event_id).map_err(|e| refused("/event_id", e.to_string()))?;
        let version = Version::parse(body.version.unwrap_or_default());
        let version = version.map_err(|e| refused("/version", e.to_string()))?;
        let (value, occurred_at) = (body.value, body.occurred_at);
        if body.void == Some(true) {
            may_be_void(declared.kind, version, value, occurred_at)
                .map_err(|(pointer, detail)| refused(pointer, detail.to_owned()))?;
            return Ok(Self {
                event: Event::Voided(Void { unit_id, goal, event_id, version }),
                timed: false,
            });
        }
        let value = amount(declared.kind, value).map_err(|detail| refused("/value", detail.to_owned()))?;
        let timed = occurred_at.is_some();
        let occurred_at = occurred_at.unwrap_or(Dated::At(now));
        if occurred_at.first(&test.definition.time_zone).millis() > now.millis() + AHEAD_MS {
            let detail = "must not be more than 5 minutes in the future".to_owned();
            return Err(refused("/occurred_at", detail));
        }
        let outcome = Conversion { unit_id, goal, event_id, version, value, occurred_at };
        Ok(Self { event: Event::Converted(outcome), timed })
    }

    /// Returns whether this entry has the same content as a stored version of its outcome. An entry without a time
    /// got the time of its arrival, which differs in each retry and is therefore not compared.
    #[must_use]
    pub fn repeats(&self, stored: &Event) -> bool {
        match (&self.event, stored) {
            (Event::Converted(own), Event::Converted(stored)) => {
                let same_time = !self.timed || own.occurred_at == stored.occurred_at;
                same_time && own.value.to_bits() == stored.value.to_bits()
            }
            (Event::Voided(_), Event::Voided(_)) => true,
            _ => false,
        }
    }
}

/// Checks a void. Version 0 is that of outcomes sent without a version, so a void is above it.
fn may_be_void(
    kind: Kind,
    version: Version,
    value: Option<f64>,
    occurred_at: Option<Dated>,
) -> Result<(), (&'static str, &'static str)> {
    if kind == Kind::Ratio {
        return Err(("/goal", "is a ratio, which has no outcomes of its own; void those of its parts"));
    }
    if value.is_some() {
        return Err(("/value", "must be omitted: a void has no value"));
    }
    if occurred_at.is_some() {
        return Err(("/occurred_at", "must be omitted: a void has no time"));
    }
    if version == Version::FIRST {
        return Err((
            "/version",
            "is required for a void, and must be higher than the version that it removes",
        ));
    }
    Ok(())
}

/// Returns the value of an outcome: 1 for a binary goal, a number for a count, an amount for a sum.
fn amount(kind: Kind, given: Option<f64>) -> Result<f64, &'static str> {
    let whole = |value: f64| (1.0..=1e6).contains(&value) && value.fract() == 0.0;
    match (kind, given) {
        (Kind::Binary | Kind::Count, None) => Ok(1.0),
        (Kind::Binary, Some(value)) if value.to_bits() == 1.0_f64.to_bits() => Ok(1.0),
        (Kind::Binary, Some(_)) => Err("must be 1 or omitted for a goal of kind binary"),
        (Kind::Count, Some(value)) if whole(value) => Ok(value),
        (Kind::Count, Some(_)) => Err("must be a whole number from 1 to 1000000 for a goal of kind count"),
        (Kind::Sum, Some(value)) => Ok(value),
        (Kind::Sum, None) => Err("is required for a goal of kind sum"),
        (Kind::Ratio, _) => Err("cannot be recorded for a ratio; record its parts"),
    }
}
