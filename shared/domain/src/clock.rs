//! Points in time. The current time is always an argument. `clock/dated.rs` parses the forms that callers send, and
//! `clock/zone.rs` contains the time zones in which a date is a day.

mod dated;
#[cfg(test)]
mod tests;
mod zone;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use dated::Dated;
pub use zone::Zone;

/// Milliseconds since 1970-01-01 UTC, between the years 1970 and 9999; RFC 3339 on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a timestamp from milliseconds since 1970. Values outside the range are clamped.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, 253_402_300_799_999))
    }

    /// Creates a timestamp from seconds since 1970. Values outside the range are clamped.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// Returns the milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since 1970, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0 / 1_000
    }

    /// Returns the day in UTC for readers, as in "3 March 2027".
    #[must_use]
    pub fn day(self) -> String {
        let date = OffsetDateTime::from_unix_timestamp(self.seconds()).map(OffsetDateTime::date);
        date.map(|date| format!("{} {} {}", date.day(), date.month(), date.year())).unwrap_or_default()
    }

    /// Returns the same time, rounded down to the whole second.
    #[must_use]
    pub fn floor_to_second(self) -> Self {
        Self(self.seconds() * 1_000)
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> Self {
        let nanos = i128::from(at.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_default()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Dated::try_from(text).map(Dated::written)
    }
}
