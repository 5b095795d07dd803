//! The units that an instance has cached: those with an assignment, and those without one.

use crate::cache::Cache;
use crate::config::Limits;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, ExperimentId, UnitId, Workspace};

/// A unit in a phase of a test.
pub(super) type UnitKey = (Workspace, ExperimentId, u32, UnitId);

/// Caches of assigned units and of units without an assignment. Each has its own maximum size, and an entry
/// is used for as long as a cached test.
#[derive(Debug)]
pub(super) struct Memory {
    seen: Cache<UnitKey, Assignment>,
    missing: Cache<UnitKey, ()>,
}

impl Memory {
    /// Creates an empty cache within `limits`.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            seen: Cache::new(limits.cached_assignments).for_seconds(limits.cache_seconds),
            missing: Cache::new(limits.cached_misses).for_seconds(limits.cache_seconds),
        }
    }

    /// Returns the unit's assignment, if it is cached.
    pub(super) fn assigned(&self, key: &UnitKey, now: Timestamp) -> Option<Assignment> {
        self.seen.get(key, now)
    }

    /// Whether the unit was not found, and this instance has not assigned it since.
    pub(super) fn is_missing(&self, key: &UnitKey, now: Timestamp) -> bool {
        self.missing.get(key, now).is_some()
    }

    /// Caches what is stored for a unit: its assignment, or that it has none.
    pub(super) fn remember(&self, key: UnitKey, assignment: Option<&Assignment>, now: Timestamp) {
        match assignment {
            Some(assignment) => {
                self.missing.remove(&key);
                self.seen.put(key, assignment.clone(), now);
            }
            None => self.missing.put(key, (), now),
        }
    }
}

/// The key of the unit in the current phase of `test`.
pub(super) fn unit_key(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> UnitKey {
    (workspace.clone(), test.definition.test_id.clone(), test.phase, unit.clone())
}
