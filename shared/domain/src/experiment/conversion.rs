//! An outcome before it is stored.

use serde::Deserialize;
use validator::Validate;

use super::goal::Kind;
use super::{EventId, Experiment, GoalKey, Status, UnitId};
use crate::clock::{Dated, Timestamp};
use crate::validation::{self, Invalid};

/// How far in the future an outcome may be, because clocks differ.
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
    /// The unit that converted.
    pub unit_id: UnitId,
    /// The goal of the outcome.
    pub goal: GoalKey,
    /// The caller's id of this outcome. Repeated ids refer to the same outcome.
    pub event_id: EventId,
    /// The amount; 1 for a binary goal.
    pub value: f64,
    /// The time, or the day if the caller sent no time of day.
    pub occurred_at: Dated,
}

/// Returns whether a test in this state accepts outcomes. They may arrive late, but not before the first start.
#[must_use]
pub fn is_open(status: Status) -> bool {
    status.is_started()
}

impl Conversion {
    /// Parses one entry for its test. An outcome without a time gets the current time.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer, a goal that the test does not declare, a value that the kind of
    /// goal does not accept, or a time in the future.
    pub fn parse(body: ConversionBody, test: &Experiment, now: Timestamp) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let refused = |pointer: &str, detail: String| vec![Invalid::new(pointer, detail)];
        let key = GoalKey::parse(body.goal).map_err(|e| refused("/goal", e.to_string()))?;
        let Some(goal) = test.definition.goal(&key) else {
            let declared: Vec<_> = test.definition.goals.iter().map(|g| g.key.as_str()).collect();
            let detail = format!("is not a goal of this test; its goals are {}", declared.join(", "));
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

/// Returns the value of an outcome: 1 for a binary goal, a number for a count, an amount for a sum.
fn value(kind: Kind, given: Option<f64>) -> Result<f64, &'static str> {
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
