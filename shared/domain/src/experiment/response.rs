//! What a unit is told, in the form that goes over the wire.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Assignment, Experiment, ExperimentId, Reason, Unit, UnitId, Variant, VariantKey};

/// The answer to one unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssignmentResponse<'a> {
    test_id: &'a ExperimentId,
    unit_id: UnitId,
    variant: Option<VariantKey>,
    parameters: Map<String, Value>,
    reason: Reason,
    new: bool,
    /// In an external test: the caller named another variant than the one that is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<bool>,
}

impl<'a> AssignmentResponse<'a> {
    /// The unit takes part, as stored; `new` when this request stored it. Of a shipped test it is told the winner.
    #[must_use]
    pub fn assigned(test: &'a Experiment, unit: Unit, assignment: Assignment, new: bool) -> Self {
        if let Some(winner) = test.winner() {
            return Self::chosen(test, unit, winner, Reason::Shipped);
        }
        let variant = test.definition.variant(&assignment.variant);
        Self {
            test_id: &test.definition.test_id,
            unit_id: unit.id,
            parameters: variant.map(|v| v.parameters.clone()).unwrap_or_default(),
            conflict: unit.variant.map(|named| named != assignment.variant),
            variant: Some(assignment.variant),
            reason: Reason::Assigned,
            new,
        }
    }

    /// The unit is told what the test's author chose: an override or the winner.
    #[must_use]
    pub fn chosen(test: &'a Experiment, unit: Unit, variant: &Variant, reason: Reason) -> Self {
        Self {
            test_id: &test.definition.test_id,
            unit_id: unit.id,
            parameters: variant.parameters.clone(),
            conflict: unit.variant.map(|named| named != variant.key),
            variant: Some(variant.key.clone()),
            reason,
            new: false,
        }
    }

    /// The unit takes no part.
    #[must_use]
    pub fn left(test: &'a Experiment, unit: Unit, reason: Reason) -> Self {
        Self {
            test_id: &test.definition.test_id,
            unit_id: unit.id,
            variant: None,
            parameters: Map::new(),
            reason,
            new: false,
            conflict: None,
        }
    }
}
