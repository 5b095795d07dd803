//! Reads of stored assignments: from the memory of the instance, and the others 100 with one call.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep, timeout_at};

use super::StoreError;
use super::assignments::assignment_key;
use super::batch_get::{Found, Read};
use super::events::Events;
use super::item::{Item, sorted_key, text};
use super::remembered::unit_key;
use super::schema::{PK, SK};
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Experiment, ExperimentId, UnitId, Workspace};

/// The pause before unprocessed keys are requested again. It doubles each time.
const PAUSE: Duration = Duration::from_millis(25);
/// The maximum number of keys in a call.
const KEYS: usize = 100;
/// The maximum number of concurrent calls.
const PARALLEL: usize = 20;

/// A unit in the current phase of a test.
pub type Pair<'p> = (&'p Experiment, &'p UnitId);

/// Pairs to read, by partition and sort key.
type Pending<'p> = BTreeMap<(String, String), Pair<'p>>;

/// The stored assignments of the requested pairs.
#[derive(Debug, Default)]
pub struct Stored {
    found: HashMap<ExperimentId, HashMap<UnitId, Option<Assignment>>>,
    failure: Option<StoreError>,
}

/// What was read for some pairs, and the last failure.
type Part<'p> = (Vec<(Pair<'p>, Option<Assignment>)>, Option<StoreError>);

impl Stored {
    /// Returns the unit's assignment in the test, if one is stored.
    ///
    /// # Errors
    /// When the unit could not be read.
    pub fn get(&self, test: &Experiment, unit: &UnitId) -> Result<Option<&Assignment>, StoreError> {
        let unread = || {
            let late = || StoreError::Unavailable("an assignment was not read in time".to_owned());
            self.failure.clone().unwrap_or_else(late)
        };
        let found = self.found.get(&test.definition.test_id).and_then(|units| units.get(unit));
        found.map(Option::as_ref).ok_or_else(unread)
    }

    fn put(&mut self, (test, unit): Pair<'_>, assignment: Option<Assignment>) {
        let units = self.found.entry(test.definition.test_id.clone()).or_default();
        units.insert(unit.clone(), assignment);
    }
}

impl Events {
    /// Returns the stored assignments of units in the current phases of tests. What this instance has found, or not
    /// found, in the last 30 s comes from memory. The others are read with eventually consistent calls of 100 keys, 20
    /// at a time. Keys that DynamoDB leaves unprocessed are requested again until `deadline`. After that, and when the
    /// store fails, those units are unread.
    pub async fn stored<'p>(
        &self,
        workspace: &Workspace,
        pairs: impl Iterator<Item = Pair<'p>>,
        now: Timestamp,
        deadline: Instant,
    ) -> Stored {
        let (mut stored, pending) = self.recalled(workspace, pairs, now);
        let parts: Vec<_> = stream::iter(self.calls(pending, deadline)).buffered(PARALLEL).collect().await;
        for (read, failure) in parts {
            for (pair, assignment) in read {
                self.memory.remember(unit_key(workspace, pair.0, pair.1), assignment.as_ref(), now);
                stored.put(pair, assignment);
            }
            stored.failure = failure.or(stored.failure);
        }
        stored
    }

    fn calls<'c>(&'c self, pending: Pending<'c>, deadline: Instant) -> Vec<BoxFuture<'c, Part<'c>>> {
        let (mut calls, mut rest) = (Vec::<BoxFuture<'c, Part<'c>>>::new(), pending.into_iter().peekable());
        while rest.peek().is_some() {
            let part = rest.by_ref().take(KEYS).collect();
            calls.push(Box::pin(self.read_part(part, deadline)));
        }
        calls
    }

    /// Reads up to 100 pairs, again and again until all are read or the time is over.
    async fn read_part<'p>(&self, mut pending: Pending<'p>, deadline: Instant) -> Part<'p> {
        let (mut read, mut failure, mut pause) = (Vec::new(), None, PAUSE);
        while !pending.is_empty() {
            let key = |((pk, sk), _): (&(String, String), _)| sorted_key(pk.as_str(), sk.as_str());
            let keys = pending.iter().map(key).collect();
            match timeout_at(deadline, self.table.get_some(keys, Read::Eventual)).await {
                Ok(Ok(found)) => {
                    for (pair, answer) in answers(found, &mut pending) {
                        match answer {
                            Ok(assignment) => read.push((pair, assignment)),
                            Err(broken) => failure = Some(broken),
                        }
                    }
                }
                Ok(Err(down)) => return (read, Some(down)),
                Err(_) => break,
            }
            if pending.is_empty() || timeout_at(deadline, sleep(pause)).await.is_err() {
                break;
            }
            pause *= 2;
        }
        (read, failure)
    }

    /// Splits pairs into those that this instance has cached and those that must be read.
    fn recalled<'p>(
        &self,
        workspace: &Workspace,
        pairs: impl Iterator<Item = Pair<'p>>,
        now: Timestamp,
    ) -> (Stored, Pending<'p>) {
        let (mut stored, mut pending) = (Stored::default(), Pending::new());
        for (test, unit) in pairs {
            let key = unit_key(workspace, test, unit);
            if let Some(assignment) = self.memory.assigned(&key, now) {
                stored.put((test, unit), Some(assignment));
            } else if self.memory.is_missing(&key, now) {
                stored.put((test, unit), None);
            } else {
                pending.insert(key_of(&assignment_key(workspace, test, test.phase, unit)), (test, unit));
            }
        }
        (stored, pending)
    }
}

/// Removes the returned pairs from `pending`, each with its assignment if there is one.
fn answers<'p>(
    found: Found,
    pending: &mut Pending<'p>,
) -> Vec<(Pair<'p>, Result<Option<Assignment>, StoreError>)> {
    let left: Vec<_> = found.unread.iter().map(key_of).collect();
    let mut items: HashMap<_, Item> = found.items.into_iter().map(|item| (key_of(&item), item)).collect();
    let (kept, processed) = std::mem::take(pending).into_iter().partition(|(key, _)| left.contains(key));
    *pending = kept;
    let processed: Pending<'p> = processed;
    let read = |item| serde_dynamo::from_item(item).map_err(StoreError::broken);
    processed.into_iter().map(|(key, pair)| (pair, items.remove(&key).map(read).transpose())).collect()
}

/// Both parts of an item's key. A part that is missing is empty, which no key is.
pub(super) fn key_of(item: &Item) -> (String, String) {
    let part = |name| text(item, name).unwrap_or_default().to_owned();
    (part(PK), part(SK))
}
