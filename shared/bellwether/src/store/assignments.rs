//! Assignments: the first decision for each unit in a phase. `remembered.rs` contains the cache of an
//! instance.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::StoreError;
use super::batch_get::{Found, Read};
use super::events::Events;
use super::item::{Item, sorted_key, text};
use super::key::{EventKey, events_partition};
use super::remembered::unit_key;
use super::schema::SK;
use super::table::Placed;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, UnitId, Workspace};

/// The pause before unprocessed keys are requested again. It doubles each time.
const PAUSE: Duration = Duration::from_millis(25);

/// Units to read with their keys, by sort key.
type Pending<'u> = HashMap<String, (&'u UnitId, Item)>;

/// A unit's assignment, and whether this call created it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// The stored first decision.
    pub assignment: Assignment,
    /// Whether this call stored it.
    pub new: bool,
}

/// The stored assignments of the requested units.
#[derive(Debug, Default)]
pub struct Stored {
    found: HashMap<UnitId, Option<Assignment>>,
    failure: Option<StoreError>,
}

impl Stored {
    /// Returns the unit's assignment, if one is stored.
    ///
    /// # Errors
    /// When the unit could not be read.
    pub fn get(&self, unit: &UnitId) -> Result<Option<&Assignment>, StoreError> {
        let unread = || {
            let late = || StoreError::Unavailable("an assignment was not read in time".to_owned());
            self.failure.clone().unwrap_or_else(late)
        };
        self.found.get(unit).map(Option::as_ref).ok_or_else(unread)
    }
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
        let keys = units.iter().map(|unit| assignment_key(workspace, test, unit)).collect();
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
        item.extend(assignment_key(workspace, test, unit));
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

    /// Returns the stored assignments of units in this phase. What this instance has found, or not found, in
    /// the last 30 s comes from memory. The others are read with one eventually consistent call. Keys that
    /// DynamoDB leaves unprocessed are requested again until `deadline`. After that, and when the store
    /// fails, those units are unread.
    pub async fn stored<'u>(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        units: impl Iterator<Item = &'u UnitId>,
        now: Timestamp,
        deadline: Instant,
    ) -> Stored {
        let (mut stored, mut pending) = self.recalled(workspace, test, units, now);
        let mut pause = PAUSE;
        while !pending.is_empty() {
            let keys = pending.values().map(|(_, key)| key.clone()).collect();
            match timeout_at(deadline, self.table.get_some(keys, Read::Eventual)).await {
                Ok(Ok(found)) => {
                    for (unit, read) in answers(found, &mut pending) {
                        match read {
                            Ok(assignment) => {
                                let key = unit_key(workspace, test, unit);
                                self.memory.remember(key, assignment.as_ref(), now);
                                stored.found.insert(unit.clone(), assignment);
                            }
                            Err(failure) => stored.failure = Some(failure),
                        }
                    }
                }
                Ok(Err(failure)) => {
                    stored.failure = Some(failure);
                    break;
                }
                Err(_) => break,
            }
            if pending.is_empty() || timeout_at(deadline, sleep(pause)).await.is_err() {
                break;
            }
            pause *= 2;
        }
        stored
    }

    /// Splits units into those that this instance has cached and those that must be read.
    fn recalled<'u>(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        units: impl Iterator<Item = &'u UnitId>,
        now: Timestamp,
    ) -> (Stored, Pending<'u>) {
        let (mut stored, mut pending) = (Stored::default(), Pending::new());
        for unit in units {
            let key = unit_key(workspace, test, unit);
            if let Some(assignment) = self.memory.assigned(&key, now) {
                stored.found.insert(unit.clone(), Some(assignment));
            } else if self.memory.is_missing(&key, now) {
                stored.found.insert(unit.clone(), None);
            } else {
                pending.insert(sort_key(test, unit), (unit, assignment_key(workspace, test, unit)));
            }
        }
        (stored, pending)
    }
}

/// Removes the returned units from `pending`, each with its assignment if there is one.
fn answers<'u>(
    found: Found,
    pending: &mut Pending<'u>,
) -> Vec<(&'u UnitId, Result<Option<Assignment>, StoreError>)> {
    let left: Vec<&str> = found.unread.iter().filter_map(|key| text(key, SK).ok()).collect();
    let mut items: HashMap<String, Item> =
        found.items.into_iter().filter_map(|item| Some((text(&item, SK).ok()?.to_owned(), item))).collect();
    let processed = pending.extract_if(|key, _| !left.contains(&key.as_str()));
    let read = |item| serde_dynamo::from_item(item).map_err(StoreError::broken);
    processed.map(|(key, (unit, _))| (unit, items.remove(&key).map(read).transpose())).collect()
}

fn assignment_key(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> Item {
    sorted_key(events_partition(workspace, test, unit), sort_key(test, unit))
}

fn sort_key(test: &Experiment, unit: &UnitId) -> String {
    EventKey::Assignment(unit.clone(), test.phase).write()
}
