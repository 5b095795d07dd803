//! The stored rows from which results are counted.

use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, Zone};
use crate::experiment::{Assignment, Conversion, Event, EventId, GoalKey, UnitId, VariantKey, Version, Void};

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
    /// A version of an outcome. Its time determines the phase.
    Converted(Conversion),
    /// A version that removes an outcome.
    Voided(Void),
    /// A report that the unit was shown its variant.
    Exposed {
        /// The unit.
        unit_id: UnitId,
        /// The phase.
        phase: u32,
        /// The caller's id of the exposure.
        exposure_id: EventId,
        /// When the variant was shown.
        exposed_at: Timestamp,
    },
}

/// What remains of the assignment of an erased unit. It is stored under the unit's pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedUnit {
    /// The variant.
    pub variant: VariantKey,
    /// The phase.
    pub phase: u32,
    /// The revision of the test that assigned it.
    pub revision: u64,
}

impl Row {
    pub(super) fn unit_id(&self) -> &UnitId {
        match self {
            Self::Assigned { unit_id, .. } | Self::Exposed { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &conversion.unit_id,
            Self::Voided(void) => &void.unit_id,
        }
    }

    /// Makes it a row of another unit.
    pub(super) fn rename(&mut self, unit: &UnitId) {
        let own = match self {
            Self::Assigned { unit_id, .. } | Self::Exposed { unit_id, .. } => unit_id,
            Self::Converted(conversion) => &mut conversion.unit_id,
            Self::Voided(void) => &mut void.unit_id,
        };
        own.clone_from(unit);
    }

    /// The goal of an outcome.
    pub(super) fn goal(&self) -> Option<&GoalKey> {
        match self {
            Self::Assigned { .. } | Self::Exposed { .. } => None,
            Self::Converted(conversion) => Some(&conversion.goal),
            Self::Voided(void) => Some(&void.goal),
        }
    }

    /// Returns whether it is an exposure in this phase.
    pub(super) fn is_exposure_in(&self, phase: u32) -> bool {
        matches!(self, Self::Exposed { phase: own, .. } if *own == phase)
    }

    /// Returns whether the row belongs to the results of a test that was shipped at this time. An outcome that is dated
    /// by day in `zone` does if its day had begun.
    pub(super) fn is_before(&self, shipped_at: Timestamp, zone: &Zone) -> bool {
        match self {
            Self::Assigned { assignment, .. } => assignment.assigned_at < shipped_at,
            Self::Converted(conversion) => conversion.occurred_at.first(zone) < shipped_at,
            Self::Exposed { exposed_at, .. } => *exposed_at < shipped_at,
            Self::Voided(_) => true,
        }
    }

    /// Returns the order in which a unit's rows are aggregated, independent of the order in which they are
    /// read. The versions of an outcome are adjacent, the highest one last.
    pub(super) fn rank(&self) -> (u8, u32, &str, &str, Version) {
        match self {
            Self::Assigned { phase, .. } => (0, *phase, "", "", Version::FIRST),
            Self::Converted(c) => (1, 0, c.goal.as_str(), c.event_id.as_str(), c.version),
            Self::Voided(v) => (1, 0, v.goal.as_str(), v.event_id.as_str(), v.version),
            Self::Exposed { phase, exposure_id, .. } => (2, *phase, "", exposure_id.as_str(), Version::FIRST),
        }
    }

    /// Returns whether `later` is a version of the same outcome of the same unit.
    pub(super) fn is_replaced_by(&self, later: &Self) -> bool {
        let (own, other) = (self.rank(), later.rank());
        own.0 == 1 && (own.0, own.2, own.3) == (other.0, other.2, other.3)
    }
}

impl From<Event> for Row {
    fn from(event: Event) -> Self {
        match event {
            Event::Converted(outcome) => Self::Converted(outcome),
            Event::Voided(void) => Self::Voided(void),
        }
    }
}
