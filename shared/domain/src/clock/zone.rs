//! Time zones by their names in the IANA database, which is part of this crate: no file of the system is read.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The database, which remembers the zones that were looked up.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The maximum length of a name, in bytes. The longest name of the database has 32.
const LONGEST: usize = 64;

const DAY_MS: i64 = 86_400_000;

/// A time zone, UTC by default. Days have 23 to 25 hours where the clock changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// Looks up a zone by its name, for example `Europe/Berlin`. Upper and lower case are the same.
    ///
    /// # Errors
    /// Returns an error if the database has no such name.
    pub fn parse(name: &str) -> Result<Self, &'static str> {
        let found = if name.len() <= LONGEST { DATABASE.get(name).ok() } else { None };
        found.filter(|zone| !zone.is_unknown() && zone.iana_name().is_some()).map(Self).ok_or(
            "must be the name of a time zone in the IANA database, for example Europe/Berlin, America/New_York or UTC",
        )
    }

    /// Returns the name, in the spelling of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the first and the last millisecond of a day in this zone. `day` is the start of the same date in UTC.
    pub(super) fn day(&self, day: Timestamp) -> (Timestamp, Timestamp) {
        let in_utc = (day, Timestamp::from_millis(day.millis() + DAY_MS - 1));
        if self.0 == TimeZone::UTC {
            return in_utc;
        }
        self.bounds(day).unwrap_or(in_utc)
    }

    /// Returns the date at a time in this zone, as the start of the same date in UTC.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Timestamp {
        let offset_ms = jiff::Timestamp::from_millisecond(at.millis())
            .map_or(0, |at| i64::from(self.0.to_offset(at).seconds()) * 1_000);
        Timestamp::from_millis((at.millis() + offset_ms).div_euclid(DAY_MS) * DAY_MS)
    }

    fn bounds(&self, day: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let date =
            jiff::Timestamp::from_millisecond(day.millis()).ok()?.to_zoned_datetime(TimeZone::UTC).date();
        let first = self.start(date)?;
        let last = date.tomorrow().ok().and_then(|next| self.start(next));
        let last = last.map_or(first.millis() + DAY_MS, Timestamp::millis) - 1;
        Some((first, Timestamp::from_millis(last.max(first.millis()))))
    }

    /// Returns the first moment of a date. Where the clock skips midnight, this is the moment after the gap.
    fn start(&self, date: Date) -> Option<Timestamp> {
        let midnight = date.at(0, 0, 0, 0);
        let start = self.0.to_zoned_datetime(midnight).ok()?.timestamp();
        Some(Timestamp::from_millis(start.as_millisecond()))
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}
