//! Outcomes: one row for each version. A row is never changed, so versions may arrive in any order and repeatedly.

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::events::Events;
use super::item::{Item, sorted_key, text};
use super::key::{EventKey, events_partition, outcomes_of};
use super::query::Query;
use super::schema::SK;
use super::table::Placed;
use domain::clock::{Dated, Timestamp};
use domain::experiment::{Conversion, Entry, Event, Experiment, UnitId, Void, Workspace};

/// The result of recording a version of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was stored.
    New,
    /// It was stored before, with the same content.
    Repeated,
    /// This version was stored before with other content, which remains.
    Different,
}

/// A stored version of an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// The version.
    pub event: Event,
    /// When it was stored. None if it was stored before this time was.
    pub recorded_at: Option<Timestamp>,
}

/// A part of the versions that are stored for a unit, in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomePage {
    /// The versions, each with whether a higher version of its outcome is stored.
    pub events: Vec<(StoredEvent, bool)>,
    /// Whether more follow.
    pub more: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredOutcome {
    /// The moment, or the beginning of the day. A void has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    occurred_at: Option<Timestamp>,
    /// Whether only the day is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    whole_day: bool,
    /// A void has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    void: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorded_at: Option<Timestamp>,
}

impl StoredOutcome {
    fn of(event: &Event, now: Timestamp) -> Self {
        let recorded_at = Some(now);
        match event {
            Event::Converted(Conversion { occurred_at: at, value, .. }) => Self {
                occurred_at: Some(at.written()),
                whole_day: matches!(at, Dated::Day(_)),
                value: Some(*value),
                void: false,
                recorded_at,
            },
            Event::Voided(_) => {
                Self { occurred_at: None, whole_day: false, value: None, void: true, recorded_at }
            }
        }
    }
}

impl Events {
    /// Stores a version of an outcome with one call, unless the version exists.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn convert(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let event = &entry.event;
        let mut item: Item =
            serde_dynamo::to_item(StoredOutcome::of(event, now)).map_err(StoreError::broken)?;
        let partition = events_partition(workspace, test, event.unit_id());
        item.extend(sorted_key(partition, EventKey::of(event).write()));
        Ok(match self.table.put_new(item).await? {
            Placed::Stored => Recorded::New,
            Placed::Exists(old) => {
                let repeated = entry.repeats(&outcome(old)?.event);
                if repeated { Recorded::Repeated } else { Recorded::Different }
            }
        })
    }

    /// Reads up to `limit` stored versions of a unit's outcomes with one call, beginning after the version `after`
    /// of the same unit.
    ///
    /// # Errors
    /// When the store is unavailable or a row cannot be read.
    pub async fn outcomes(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        unit: &UnitId,
        after: Option<&EventKey>,
        limit: u16,
    ) -> Result<OutcomePage, StoreError> {
        let partition = events_partition(workspace, test, unit);
        let beginning = outcomes_of(unit);
        let query = Query {
            beginning: Some((SK, &beginning)),
            after: after.map(|key| sorted_key(partition.clone(), key.write())),
            // One more shows whether the last version of the page is replaced, and whether another page follows.
            limit: Some(i32::from(limit) + 1),
            ..Query::of(&partition)
        };
        let items = self.table.query(query).await?.items;
        let mut events = items.into_iter().map(outcome).collect::<Result<Vec<_>, _>>()?;
        let same = |a: &Event, b: &Event| (a.goal(), a.event_id()) == (b.goal(), b.event_id());
        let replaced: Vec<bool> =
            events.windows(2).map(|pair| same(&pair[0].event, &pair[1].event)).collect();
        let more = events.len() > usize::from(limit);
        events.truncate(usize::from(limit));
        let replaced = replaced.into_iter().chain(std::iter::once(false));
        Ok(OutcomePage { events: events.into_iter().zip(replaced).collect(), more })
    }
}

/// Reads the key of a row.
pub(super) fn key(item: &Item) -> Result<EventKey, StoreError> {
    EventKey::read(text(item, SK)?).ok_or_else(|| broken("an event's key cannot be read"))
}

/// Reads a stored version of an outcome.
pub(super) fn outcome(item: Item) -> Result<StoredEvent, StoreError> {
    let EventKey::Conversion(unit_id, goal, event_id, version) = key(&item)? else {
        return Err(broken("the row of an outcome is an assignment"));
    };
    let stored: StoredOutcome = serde_dynamo::from_item(item).map_err(StoreError::broken)?;
    let recorded_at = stored.recorded_at;
    if stored.void {
        let event = Event::Voided(Void { unit_id, goal, event_id, version });
        return Ok(StoredEvent { event, recorded_at });
    }
    let (Some(value), Some(at)) = (stored.value, stored.occurred_at) else {
        return Err(broken("the row of an outcome has no value or no time"));
    };
    let occurred_at = if stored.whole_day { Dated::Day(at) } else { Dated::At(at) };
    let event = Event::Converted(Conversion { unit_id, goal, event_id, version, value, occurred_at });
    Ok(StoredEvent { event, recorded_at })
}

fn broken(what: &str) -> StoreError {
    StoreError::Broken(what.to_owned())
}
