//! An outcome as it stands before it is stored.

use serde::Deserialize;
use validator::Validate;

use super::goal::Kind;
use super::{EventId, Experiment, GoalKey, Status, UnitId};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// How far ahead of this clock an outcome may lie: clocks differ.
const AHEAD_MS: i64 = 5 * 60 * 1_000;

/// One entry of `POST /tests/{test_id}/conversions`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConversionBody {
    #[validate(custom(function = "UnitId::check"))]
    unit_id: String,
    #[validate(custom(function = "GoalKey::check"))]
    goal: String,
    #[validate(custom(function = "EventId::check"))]
    event_id: String,
    value: Option<f64>,
    occurred_at: Option<Dated>,
}

/// One outcome of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// Who converted.
    pub unit_id: UnitId,
    /// To which goal.
    pub goal: GoalKey,
    /// The caller's name for this outcome: the same name again is the same outcome.
    pub event_id: EventId,
    /// How much; 1 for a binary goal.
    pub value: f64,
    /// When: a moment, or a day for a caller who knows no time of day.
    pub occurred_at: Dated,
}

/// Whether a test in this state takes outcomes: they may come late, never before it has begun.
#[must_use]
pub fn is_open(status: Status) -> bool {
    status.is_started()
}

impl Conversion {
    /// Parses one entry against its test. An outcome without a time happened now.
    ///
    /// # Errors
    /// Every broken limit by its pointer; a goal the test does not declare; a value the goal's kind
    /// does not take; a time in the future.
    pub fn parse(body: ConversionBody, test: &Experiment, now: Timestamp) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let refused = |pointer: &str, detail: String| vec![Invalid::new(pointer, detail)];
        let key = GoalKey::parse(body.goal).map_err(|e| refused("/goal", e.to_string()))?;
        let Some(goal) = test.definition.goal(&key) else {
            let declared: Vec<_> = test.definition.goals.iter().map(|g| g.key.as_str()).collect();
            let detail = format!("is no goal of this test; its goals are {}", declared.join(", "));
            return Err(refused("/goal", detail));
        };
        let value = value(goal.kind, body.value).map_err(|detail| refused("/value", detail.to_owned()))?;
        let occurred_at = body.occurred_at.unwrap_or(Dated::At(now));
        if occurred_at.first().millis() > now.millis() + AHEAD_MS {
            let detail = "must not be more than 5 minutes in the future".to_owned();
            return Err(refused("/occurred_at", detail));
        }
        Ok(Self {
            unit_id: UnitId::parse(body.unit_id).map_err(|e| refused("/unit_id", e.to_string()))?,
            event_id: EventId::parse(body.event_id).map_err(|e| refused("/event_id", e.to_string()))?,
            goal: key,
            value,
            occurred_at,
        })
    }
}

/// The number of an outcome: 1 for a binary goal, how many for a count, how much for a sum.
fn value(kind: Kind, given: Option<f64>) -> Result<f64, &'static str> {
    let whole = |value: f64| (1.0..=1e6).contains(&value) && value.fract() == 0.0;
    match (kind, given) {
        (Kind::Binary | Kind::Count, None) => Ok(1.0),
        (Kind::Binary, Some(value)) if value.to_bits() == 1.0_f64.to_bits() => Ok(1.0),
        (Kind::Binary, Some(_)) => Err("must be 1 or left out for a goal of kind binary"),
        (Kind::Count, Some(value)) if whole(value) => Ok(value),
        (Kind::Count, Some(_)) => Err("must be a whole number from 1 to 1000000 for a goal of kind count"),
        (Kind::Sum, Some(value)) => Ok(value),
        (Kind::Sum, None) => Err("is required for a goal of kind sum"),
        (Kind::Ratio, _) => Err("cannot be recorded for a ratio; record its parts"),
    }
}
