//! The stored rows that results are counted from.

use crate::clock::Timestamp;
use crate::experiment::{Assignment, Conversion, UnitId};

/// One stored row.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A unit's first decision in a phase.
    Assigned {
        /// Whose.
        unit_id: UnitId,
        /// In which phase.
        phase: u32,
        /// What was decided.
        assignment: Assignment,
    },
    /// An outcome, of whichever phase its time falls into.
    Converted(Conversion),
}

impl Row {
    pub(super) fn unit_id(&self) -> &UnitId {
        match self {
            Self::Assigned { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &conversion.unit_id,
        }
    }

    /// Whether it belongs to the results of a test that was shipped at this time.
    pub(super) fn is_before(&self, shipped_at: Timestamp) -> bool {
        match self {
            Self::Assigned { assignment, .. } => assignment.assigned_at < shipped_at,
            Self::Converted(conversion) => conversion.occurred_at.first() < shipped_at,
        }
    }

    /// The order in which a unit's rows are folded, whatever order they came in.
    pub(super) fn rank(&self) -> (u8, u32, &str, &str) {
        match self {
            Self::Assigned { phase, .. } => (0, *phase, "", ""),
            Self::Converted(c) => (1, 0, c.goal.as_str(), c.event_id.as_str()),
        }
    }
}
