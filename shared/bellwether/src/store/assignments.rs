//! Assignments: the first decision for each unit in a phase. `remembered.rs` contains the cache of an
//! instance, and `stored.rs` reads many at once.

use std::collections::BTreeSet;

use super::StoreError;
use super::events::Events;
use super::item::{Item, sorted_key, text};
use super::key::{EventKey, events_partition};
use super::remembered::unit_key;
use super::schema::SK;
use super::table::Placed;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, UnitId, Workspace};

/// A unit's assignment, and whether this call created it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// The stored first decision.
    pub assignment: Assignment,
    /// Whether this call stored it.
    pub new: bool,
}

impl Events {
    /// Returns the unit's assignment in this phase, if this instance has read or made it in the last 30 s.
    #[must_use]
    pub fn remembered(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        now: Timestamp,
    ) -> Option<Assignment> {
        self.memory.assigned(&unit_key(workspace, test, unit), now)
    }

    /// Returns which of up to 100 units are assigned in this phase, with one call.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn assigned(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        units: &BTreeSet<UnitId>,
    ) -> Result<BTreeSet<UnitId>, StoreError> {
        let keys = units.iter().map(|unit| assignment_key(workspace, test, test.phase, unit)).collect();
        let mut assigned = BTreeSet::new();
        for item in self.table.get_all(keys).await? {
            if let Some(EventKey::Assignment(unit, _)) = EventKey::read(text(&item, SK)?) {
                assigned.insert(unit);
            }
        }
        Ok(assigned)
    }

    /// Stores a unit's first decision, or returns the stored one, with one call in either case.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn assign(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        assignment: Assignment,
        now: Timestamp,
    ) -> Result<Assigned, StoreError> {
        let mut item: Item = serde_dynamo::to_item(&assignment).map_err(StoreError::broken)?;
        item.extend(assignment_key(workspace, test, test.phase, unit));
        let assigned = match self.table.put_new(item).await? {
            Placed::Stored => Assigned { assignment, new: true },
            Placed::Exists(old) => {
                let assignment = serde_dynamo::from_item(old).map_err(StoreError::broken)?;
                Assigned { assignment, new: false }
            }
        };
        self.memory.remember(unit_key(workspace, test, unit), Some(&assigned.assignment), now);
        Ok(assigned)
    }
}

/// The key of a unit's assignment in a phase.
pub(super) fn assignment_key(workspace: &Workspace, test: &Experiment, phase: u32, unit: &UnitId) -> Item {
    let sort = EventKey::Assignment(unit.clone(), phase).write();
    sorted_key(events_partition(workspace, test, unit), sort)
}
