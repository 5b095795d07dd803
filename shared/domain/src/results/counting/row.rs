//! The stored rows from which results are counted.

use crate::clock::Timestamp;
use crate::experiment::{Assignment, Conversion, UnitId};

/// One stored row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// The first decision for a unit in a phase.
    Assigned {
        /// The unit.
        unit_id: UnitId,
        /// The phase.
        phase: u32,
        /// The decision.
        assignment: Assignment,
    },
    /// An outcome. Its time determines the phase.
    Converted(Conversion),
}

impl Row {
    pub(super) fn unit_id(&self) -> &UnitId {
        match self {
            Self::Assigned { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &conversion.unit_id,
        }
    }

    /// Returns whether the row belongs to the results of a test that was shipped at this time.
    pub(super) fn is_before(&self, shipped_at: Timestamp) -> bool {
        match self {
            Self::Assigned { assignment, .. } => assignment.assigned_at < shipped_at,
            Self::Converted(conversion) => conversion.occurred_at.first() < shipped_at,
        }
    }

    /// Returns the order in which a unit's rows are aggregated, independent of the order in which they are
    /// read.
    pub(super) fn rank(&self) -> (u8, u32, &str, &str) {
        match self {
            Self::Assigned { phase, .. } => (0, *phase, "", ""),
            Self::Converted(c) => (1, 0, c.goal.as_str(), c.event_id.as_str()),
        }
    }
}
