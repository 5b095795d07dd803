//! Parses times as callers send them: RFC 3339, the common ISO 8601 forms in exports, or a date alone.

use serde::Deserialize;
use time::{Date, Month, OffsetDateTime};

use super::{Timestamp, Zone};

/// A point in time, or a whole day if the caller sent no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Dated {
    /// A time to the millisecond.
    At(Timestamp),
    /// A date, as the start of its day in UTC. A time zone determines which moments the day has.
    Day(Timestamp),
}

/// Maximum length of a text, in bytes. The longest useful form has 35 characters.
const LONGEST: usize = 40;
const DAY_MS: i64 = 86_400_000;
/// Milliseconds from 1970-01-01 to the end of the year 9999.
const RANGE: std::ops::Range<i64> = 0..253_402_300_800_000;

const FORM: &str = "must be a time with its offset from UTC, for example 2026-11-21T10:00:00Z or 2026-11-21T11:00:00.000+0100, or a date, for example 2026-11-21";

impl Dated {
    /// Returns the time, or the first millisecond of the day in `zone`.
    #[must_use]
    pub fn first(self, zone: &Zone) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(day) => zone.day(day).0,
        }
    }

    /// Returns the time, or the last millisecond of the day in `zone`.
    #[must_use]
    pub fn last(self, zone: &Zone) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Day(day) => zone.day(day).1,
        }
    }

    /// Returns the time, or the date as the start of its day in UTC: the form in which both are stored.
    #[must_use]
    pub fn written(self) -> Timestamp {
        match self {
            Self::At(at) | Self::Day(at) => at,
        }
    }
}

impl From<Timestamp> for Dated {
    fn from(at: Timestamp) -> Self {
        Self::At(at)
    }
}

impl TryFrom<String> for Dated {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut rest = Text(text.as_bytes());
        if text.len() > LONGEST {
            return Err(FORM);
        }
        let day = rest.date().ok_or(FORM)?;
        let (millis, dated): (i64, fn(Timestamp) -> Self) = if rest.0.is_empty() {
            (day * DAY_MS, Self::Day)
        } else {
            (day * DAY_MS + rest.time_of(day).ok_or(FORM)?, Self::At)
        };
        if !RANGE.contains(&millis) {
            return Err("must be between the years 1970 and 9999");
        }
        Ok(dated(Timestamp::from_millis(millis)))
    }
}

/// Returns whether the millisecond after `millis` begins a month in UTC. Leap seconds are added only there.
fn is_leap(millis: i64) -> bool {
    let next = millis + 1;
    let date = OffsetDateTime::from_unix_timestamp(next.div_euclid(1_000)).map(OffsetDateTime::date);
    next % DAY_MS == 0 && date.is_ok_and(|date| date.day() == 1)
}

/// The unread rest of a text.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    /// Reads a date and returns the days since 1970-01-01: four digits of the year, two of the month, two of the day.
    fn date(&mut self) -> Option<i64> {
        let year = self.digits(4)?;
        self.one_of(b"-")?;
        let month = self.digits(2)?;
        self.one_of(b"-")?;
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(self.digits(2)?).ok()?);
        let date =
            Date::from_calendar_date(i32::try_from(year).ok()?, Month::try_from(month).ok()?, day).ok()?;
        Some(i64::from(date.to_julian_day() - OffsetDateTime::UNIX_EPOCH.to_julian_day()))
    }

    /// Reads a separator, the time of day and its offset, and returns the milliseconds in UTC after the start of `day`.
    fn time_of(&mut self, day: i64) -> Option<i64> {
        self.one_of(b"Tt ")?;
        let hour = self.digits(2)?;
        self.one_of(b":")?;
        let minute = self.digits(2).filter(|minute| *minute < 60)?;
        let (mut second, mut millis) = (0, 0);
        if self.one_of(b":").is_some() {
            second = self.digits(2)?;
            if self.one_of(b".,").is_some() {
                millis = self.fraction()?;
            }
        }
        let leap = second == 60;
        if leap {
            (second, millis) = (59, 999);
        }
        let start = ((hour * 60 + minute) * 60 + second) * 1_000 + millis;
        let fits = hour < 24 || start == DAY_MS;
        let at = start - self.offset_minutes()? * 60_000;
        (fits && second < 60 && self.0.is_empty() && (!leap || is_leap(day * DAY_MS + at))).then_some(at)
    }

    /// Reads an offset and returns the minutes east of UTC: `Z`, or a sign, two digits of the hour and two of the
    /// minute, with or without a colon.
    fn offset_minutes(&mut self) -> Option<i64> {
        let _ = self.one_of(b" ");
        if self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            let _ = self.one_of(b":");
            self.digits(2).filter(|minutes| *minutes < 60)?
        };
        Some(sign * (hours * 60 + minutes))
    }

    /// Reads a fraction of a second in whole milliseconds, rounded down.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let value = |(digit, worth): (&u8, i64)| i64::from(digit - b'0') * worth;
        (count > 0).then(|| digits.iter().zip([100, 10, 1]).map(value).sum())
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let add =
            |number: i64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'));
        let number = digits.iter().try_fold(0, add)?;
        self.0 = rest;
        Some(number)
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }
}
