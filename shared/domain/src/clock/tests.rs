//! Tests of the accepted forms of a time.

use super::*;

fn read(text: &str) -> Result<Dated, &'static str> {
    Dated::try_from(text.to_owned())
}

fn shown(text: &str) -> Option<String> {
    match read(text) {
        Ok(Dated::At(at)) => Some(String::from(at)),
        Ok(Dated::Day(_)) => Some("a day".to_owned()),
        Err(_) => None,
    }
}

#[test]
fn every_common_form_of_a_time_is_parsed() {
    let forms = [
        ("2026-11-28T11:00:00Z", "2026-11-28T11:00:00Z"),
        ("2026-11-28T11:00:00.000+0000", "2026-11-28T11:00:00Z"),
        ("2026-11-28T11:00:00-0000", "2026-11-28T11:00:00Z"),
        ("2026-11-28T11:00:00-00:00", "2026-11-28T11:00:00Z"),
        ("2026-11-28T11:00:00.250+0530", "2026-11-28T05:30:00.25Z"),
        ("2026-11-28T11:00:00-08", "2026-11-28T19:00:00Z"),
        ("2026-11-28t11:00:00z", "2026-11-28T11:00:00Z"),
        ("2026-11-28 11:00:00+01:00", "2026-11-28T10:00:00Z"),
        ("2026-11-28 11:00:00 +0100", "2026-11-28T10:00:00Z"),
        ("2026-11-28T11:00Z", "2026-11-28T11:00:00Z"),
        ("2026-11-28 11:00+0100", "2026-11-28T10:00:00Z"),
        ("2026-11-28T11:00:00.1Z", "2026-11-28T11:00:00.1Z"),
        ("2026-11-28T11:00:00,123456789Z", "2026-11-28T11:00:00.123Z"),
        ("2026-11-28T11:00:00.9999999999Z", "2026-11-28T11:00:00.999Z"),
        ("2026-11-28T24:00:00Z", "2026-11-29T00:00:00Z"),
        ("2026-12-31T24:00Z", "2027-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
        ("2017-01-01T00:59:60+0100", "2016-12-31T23:59:59.999Z"),
        ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ];
    for (text, moment) in forms {
        assert_eq!(shown(text).as_deref(), Some(moment), "{text}");
    }
}

#[test]
fn a_date_without_a_time_is_the_whole_day_in_a_time_zone() {
    let days = [
        ("2026-11-28", "UTC", "2026-11-28T00:00:00Z", "2026-11-28T23:59:59.999Z", 24),
        ("2026-11-28", "Europe/Berlin", "2026-11-27T23:00:00Z", "2026-11-28T22:59:59.999Z", 24),
        ("2026-11-28", "America/New_York", "2026-11-28T05:00:00Z", "2026-11-29T04:59:59.999Z", 24),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999Z", 23),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999Z", 25),
        // The clock skips midnight: the day begins at one o'clock.
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59.999Z", 23),
        // The clock repeats the last hour before midnight, which belongs to the day before.
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T02:59:59.999Z", 25),
        ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:29:59.999Z", 24),
        ("9999-12-31", "UTC", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z", 24),
        // The last date of the calendar is a day in UTC everywhere.
        ("9999-12-31", "Asia/Tokyo", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z", 24),
    ];
    for (text, zone, first, last, hours) in days {
        let (day, zone) = (read(text).unwrap(), Zone::parse(zone).unwrap());
        assert!(matches!(day, Dated::Day(_)));
        let bounds = (day.first(&zone), day.last(&zone));
        let found = (String::from(bounds.0), String::from(bounds.1));
        assert_eq!((found.0.as_str(), found.1.as_str()), (first, last), "{text} in {}", zone.name());
        assert_eq!(
            (bounds.1.millis() + 1 - bounds.0.millis()) / 3_600_000,
            hours,
            "{text} in {}",
            zone.name()
        );
    }
}

#[test]
fn the_date_at_a_time_depends_on_the_time_zone() {
    for (time, zone, date) in [
        ("2026-11-21T10:00:00.25Z", "UTC", "2026-11-21"),
        ("2026-11-21T10:00:00Z", "Pacific/Kiritimati", "2026-11-22"),
        ("2026-11-21T04:59:59Z", "America/New_York", "2026-11-20"),
        ("2026-11-21T05:00:00Z", "America/New_York", "2026-11-21"),
    ] {
        let at = read(time).unwrap().written();
        assert_eq!(Zone::parse(zone).unwrap().date(at), read(date).unwrap().written(), "{time} in {zone}");
    }
}

#[test]
fn a_time_zone_is_found_by_its_name_in_the_database_alone() {
    for (name, spelled) in [("europe/BERLIN", "Europe/Berlin"), ("utc", "UTC"), ("Etc/GMT+5", "Etc/GMT+5")] {
        assert_eq!(Zone::parse(name).unwrap().name(), spelled);
    }
    for wrong in [
        "",
        "CEST",
        "Berlin",
        "+01:00",
        "UTC+1",
        "Europe/Berlin ",
        "../etc/passwd",
        "Etc/Unknown",
        "Mars/Olympus",
    ] {
        assert!(Zone::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(serde_json::to_value(Zone::default()).unwrap(), "UTC");
}

#[test]
fn an_invalid_or_ambiguous_time_is_rejected() {
    let refused = [
        "",
        "yesterday",
        "2026",
        "2026-11",
        "2026-11-28T",
        "2026-11-28T11Z",
        "2026-11-28T11:00:00",
        "2026-11-28T11:00",
        "2026-11-28T11:00:00.Z",
        "2026-11-28T11:00:00+01:0",
        "2026-11-28T11:00:00+24:00",
        "2026-11-28T11:00:00+01:60",
        "2026-11-28T11:60:00Z",
        "2026-11-28T25:00:00Z",
        "2026-11-28T24:00:01Z",
        "2026-11-28T24:01:00Z",
        "2026-11-28T11:00:61Z",
        "2026-11-28T11:00:60Z",
        "2026-11-28T23:59:60Z",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "28.11.2026",
        "11/28/2026",
        "20261128",
        "+2026-11-28",
        "-2026-11-28",
        "12026-11-28",
        "2026-11-28Z",
        " 2026-11-28",
        "2026-11-28 ",
        "2026-11-28T11:00:00Z ",
        "２０２６-11-28",
        "1795863600",
        "2026-11-28T11:00:00.00000000000000000000000000000Z",
    ];
    for text in refused {
        assert!(read(text).is_err(), "{text}");
    }
    for outside in ["1969-12-31", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+01:00", "9999-12-31T24:00:00Z"]
    {
        assert_eq!(read(outside), Err("must be between the years 1970 and 9999"), "{outside}");
    }
}
