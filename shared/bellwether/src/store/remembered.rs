//! What an instance remembers of units: those that it has seen assigned, and those that it has looked up in
//! vain.

use crate::cache::Cache;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, ExperimentId, UnitId, Workspace};

/// A unit in a phase of a test.
pub(super) type Place = (Workspace, ExperimentId, u32, UnitId);

/// The units that an instance has seen assigned, and those that it has looked up in vain, each list within a bound
/// of its own and each entry for as long as a test is remembered.
#[derive(Debug)]
pub(super) struct Memory {
    seen: Cache<Place, Assignment>,
    missing: Cache<Place, ()>,
}

impl Memory {
    /// An empty memory within `limits`.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            seen: Cache::new(limits.cached_assignments).for_seconds(limits.cache_seconds),
            missing: Cache::new(limits.cached_misses).for_seconds(limits.cache_seconds),
        }
    }

    /// The unit's assignment, if it was seen.
    pub(super) fn assigned(&self, place: &Place, now: Timestamp) -> Option<Assignment> {
        self.seen.get(place, now)
    }

    /// Whether the unit was looked up in vain, and has not been assigned by this instance since.
    pub(super) fn is_missing(&self, place: &Place, now: Timestamp) -> bool {
        self.missing.get(place, now).is_some()
    }

    /// Remembers what is stored for a unit: its assignment, or that there is none.
    pub(super) fn remember(&self, place: Place, assignment: Option<&Assignment>, now: Timestamp) {
        match assignment {
            Some(assignment) => {
                self.missing.remove(&place);
                self.seen.put(place, assignment.clone(), now);
            }
            None => self.missing.put(place, (), now),
        }
    }
}

/// The unit's place in the present phase of `test`.
pub(super) fn place(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> Place {
    (workspace.clone(), test.definition.test_id.clone(), test.phase, unit.clone())
}
