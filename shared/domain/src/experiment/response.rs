//! The response about one unit, in its form on the wire.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Assignment, Experiment, ExperimentId, Reason, Unit, UnitId, UnitName, Variant, VariantKey};

/// The response about one unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssignmentResponse<'a> {
    test_id: &'a ExperimentId,
    #[serde(flatten)]
    unit: UnitName,
    variant: Option<VariantKey>,
    parameters: Map<String, Value>,
    reason: Reason,
    new: bool,
    /// In an external test, whether the stored variant differs from the one that the caller sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<bool>,
}

impl<'a> AssignmentResponse<'a> {
    /// Returns the response for an assigned unit. `new` is true if this request stored the assignment. In a shipped
    /// test, the unit gets the winner.
    #[must_use]
    pub fn assigned(test: &'a Experiment, unit: Unit, assignment: Assignment, new: bool) -> Self {
        if let Some(winner) = test.winner() {
            return Self::chosen(test, unit, winner, Reason::Shipped);
        }
        let variant = test.definition.variant(&assignment.variant);
        Self {
            test_id: &test.definition.test_id,
            unit: named(test, unit.id, unit.sent_as),
            parameters: variant.map(|v| v.parameters.clone()).unwrap_or_default(),
            conflict: unit.variant.map(|sent| sent != assignment.variant),
            variant: Some(assignment.variant),
            reason: Reason::Assigned,
            new,
        }
    }

    /// Returns the response for a variant that the author chose: an override or the winner.
    #[must_use]
    pub fn chosen(test: &'a Experiment, unit: Unit, variant: &Variant, reason: Reason) -> Self {
        Self {
            test_id: &test.definition.test_id,
            unit: named(test, unit.id, unit.sent_as),
            parameters: variant.parameters.clone(),
            conflict: unit.variant.map(|sent| sent != variant.key),
            variant: Some(variant.key.clone()),
            reason,
            new: false,
        }
    }

    /// Returns the response for a unit that gets no variant.
    #[must_use]
    pub fn left(test: &'a Experiment, unit: Unit, reason: Reason) -> Self {
        Self {
            test_id: &test.definition.test_id,
            unit: named(test, unit.id, unit.sent_as),
            variant: None,
            parameters: Map::new(),
            reason,
            new: false,
            conflict: None,
        }
    }

    /// Returns the unit.
    #[must_use]
    pub fn unit_id(&self) -> &UnitId {
        self.unit.unit_id()
    }

    /// Returns the variant, if the unit gets one.
    #[must_use]
    pub fn variant(&self) -> Option<&VariantKey> {
        self.variant.as_ref()
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns whether this request stored the assignment.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }
}

fn named(test: &Experiment, id: UnitId, sent_as: String) -> UnitName {
    UnitName::new(id, test.definition.unit_kind, sent_as)
}
