//! Dates and times in cells.

use domain::clock::{Dated, Timestamp};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::quoted;

/// What a date without a time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// The day in the test's time zone, which the server determines. What is sent must be the same in every run.
    Whole,
    /// The beginning of the day in the named time zone. Without one, the server reads it.
    Beginning,
}

/// A date or time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What is sent.
    pub sent: String,
    /// A text that is the same for the same cell and time zone in every version of the command.
    pub identity: String,
}

/// Parses a cell: a time with its offset, a time without offset in `zone`, or a date.
///
/// # Errors
/// When the cell has another form, or `zone` is missing.
pub fn parse(cell: &str, zone: Option<&TimeZone>, day: Day) -> Result<Moment, String> {
    let wrong = || {
        format!("{} is not a date in an expected form: 2026-11-21 or 2026-11-21T10:00:00+01:00", quoted(cell))
    };
    if let Ok(dated) = Dated::try_from(cell.to_owned()) {
        return match zone {
            _ if !is_date(cell) => Ok(exact(dated.written().into())),
            Some(zone) => of_day(cell, zone, day).ok_or_else(wrong),
            None => Ok(exact(cell.to_owned())),
        };
    }
    let local = local(cell).ok_or_else(wrong)?;
    let zone = zone.ok_or_else(|| {
        format!(
            "{} has no offset from UTC; add --timezone, for example --timezone Europe/Berlin",
            quoted(cell)
        )
    })?;
    at(local, zone).map(|at| exact(at.into())).ok_or_else(wrong)
}

fn exact(sent: String) -> Moment {
    Moment { identity: sent.clone(), sent }
}

fn is_date(cell: &str) -> bool {
    cell.len() == "2026-11-21".len()
}

fn of_day(cell: &str, zone: &TimeZone, day: Day) -> Option<Moment> {
    let date: Date = cell.parse().ok()?;
    let time = match day {
        Day::Beginning => Time::midnight(),
        Day::Whole => Time::new(23, 59, 59, 999_000_000).ok()?,
    };
    let at = at(date.to_datetime(time), zone)?;
    let sent = if day == Day::Whole { cell.to_owned() } else { at.into() };
    // In UTC, a date is its own identity, as it is without a zone.
    let identity = if *zone == TimeZone::UTC { cell.to_owned() } else { at.into() };
    Some(Moment { sent, identity })
}

/// A time that the clock shows twice is the first one. A time that it leaves out is moved by the gap.
fn at(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = local.to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
}

/// Parses a date with a time and without an offset.
fn local(cell: &str) -> Option<DateTime> {
    let time = cell.get(10..)?;
    let is_time = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b',' | b' ' | b'T' | b't');
    if time.bytes().all(is_time) { cell.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Day, parse};

    fn sent(cell: &str, zone: Option<&str>) -> Result<String, String> {
        let zone = zone.map(|name| TimeZone::get(name).unwrap());
        parse(cell, zone.as_ref(), Day::Whole).map(|moment| moment.sent)
    }

    #[test]
    fn times_with_an_offset_are_sent_in_utc() {
        for cell in ["2026-11-21T10:00:00+01:00", "2026-11-21 09:00Z", "2026-11-21T10:00:00.000+0100"] {
            assert_eq!(sent(cell, Some("America/New_York")).unwrap(), "2026-11-21T09:00:00Z", "{cell}");
        }
    }

    #[test]
    fn times_without_an_offset_need_a_time_zone() {
        assert!(sent("2026-11-21 10:00", None).unwrap_err().contains("add --timezone"));
        assert_eq!(sent("2026-11-21 10:00", Some("Europe/Berlin")).unwrap(), "2026-11-21T09:00:00Z");
        assert_eq!(sent("2026-07-21T10:00:30", Some("Europe/Berlin")).unwrap(), "2026-07-21T08:00:30Z");
        assert_eq!(sent("2026-11-21 10:00", Some("UTC")).unwrap(), "2026-11-21T10:00:00Z");
    }

    #[test]
    fn the_date_of_an_outcome_is_sent_as_it_is_and_that_of_an_assignment_begins_in_its_time_zone() {
        for zone in [None, Some("UTC"), Some("America/New_York")] {
            assert_eq!(sent("2026-11-21", zone).unwrap(), "2026-11-21");
        }
        let zone = TimeZone::get("America/New_York").unwrap();
        let utc = parse("2026-11-21", Some(&TimeZone::UTC), Day::Whole).unwrap();
        assert_eq!(utc.identity, "2026-11-21", "the same line as without a zone");
        let whole = parse("2026-11-30", Some(&zone), Day::Whole).unwrap();
        assert_eq!(whole.identity, "2026-12-01T04:59:59.999Z", "as in earlier versions");
        let begun = parse("2026-11-21", Some(&zone), Day::Beginning).unwrap();
        assert_eq!(begun.sent, "2026-11-21T05:00:00Z");
    }

    #[test]
    fn other_forms_are_refused_with_the_expected_one() {
        for cell in [
            "21.11.2026",
            "11/21/2026",
            "2026-13-01",
            "2026-11-21T10:00+25:00",
            "tomorrow",
            "45000",
            "2026-11-2é",
        ] {
            assert!(
                sent(cell, Some("UTC")).unwrap_err().contains("is not a date in an expected form"),
                "{cell}"
            );
        }
    }
}
