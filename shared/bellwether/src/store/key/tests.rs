//! Tests of keys.

use super::*;

fn unit(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

#[test]
fn keys_are_read_back_even_when_a_unit_looks_like_a_key() {
    let units = ["acme.com", "a b", "a%20b", "a 1 goal e", "%", "müller.de", "😀 %25", "a%"];
    for text in units {
        for key in [
            EventKey::Assignment(unit(text), 7),
            EventKey::Exposure(unit(text), 7, EventId::parse("mail:9.9_1-A").unwrap()),
            EventKey::Conversion(
                unit(text),
                GoalKey::parse("demo-booked").unwrap(),
                EventId::parse("crm:9.9_1-A").unwrap(),
                Version::FIRST,
            ),
            EventKey::Conversion(
                unit(text),
                GoalKey::parse("demo-booked").unwrap(),
                EventId::parse("crm:9.9_1-A").unwrap(),
                Version::parse(1_795_255_200_123).unwrap(),
            ),
        ] {
            assert_eq!(EventKey::read(&key.write()), Some(key));
        }
    }
}

#[test]
fn different_units_have_different_keys() {
    let units = ["a b", "a%20b", "a%2520b", "a", "a%", "a%25", "a "];
    let keys: std::collections::BTreeSet<_> =
        units.iter().map(|u| EventKey::Assignment(unit(u), 1).write()).collect();
    assert_eq!(keys.len(), units.len());
}

#[test]
fn the_rows_of_a_unit_are_adjacent_and_begin_with_its_assignments() {
    let conversion = |u: &str| {
        let (goal, event) = (GoalKey::parse("g").unwrap(), EventId::parse("e").unwrap());
        EventKey::Conversion(unit(u), goal, event, Version::FIRST).write()
    };
    let assignment = |u: &str| EventKey::Assignment(unit(u), 1).write();
    let mut keys = Vec::new();
    for u in ["a", "a!", "a b", "a-b", "a%", "ab", "b"] {
        keys.extend([conversion(u), assignment(u)]);
    }
    keys.sort();
    for pair in keys.chunks(2) {
        let owner = |key: &str| key.split(' ').next().map(str::to_owned);
        assert_eq!(owner(&pair[0]), owner(&pair[1]));
        assert!(pair[0].contains(" 0 ") && pair[1].contains(" 1 "));
    }
}

#[test]
fn the_versions_of_an_outcome_are_adjacent_and_in_ascending_order() {
    let key = |event: &str, version: u64| {
        let (goal, event) = (GoalKey::parse("g").unwrap(), EventId::parse(event).unwrap());
        EventKey::Conversion(unit("a"), goal, event, Version::parse(version).unwrap()).write()
    };
    let mut keys = vec![key("e", 0), key("e", 9), key("e", 10), key("e", 1 << 49)];
    keys.extend([key("e-1", 0), key("e-1", 1), key("e.1", 3), key("e1", 0)]);
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys[0], "a 1 g e", "rows without a version stay readable");
}

#[test]
fn a_version_that_is_not_written_this_way_is_not_read() {
    for text in ["0", "0000000000000000", "1", "+000000000000001", "9999999999999999", "00000000000000001"] {
        assert_eq!(EventKey::read(&format!("a 1 g e {text}")), None, "{text}");
    }
}

#[test]
fn the_longest_key_fits_dynamodbs_1024_bytes() {
    let key = EventKey::Conversion(
        unit(&" ".repeat(256)),
        GoalKey::parse("g".repeat(63)).unwrap(),
        EventId::parse("e".repeat(64)).unwrap(),
        Version::parse(1_000_000_000_000_000).unwrap(),
    );
    assert!(key.write().len() <= 1_024, "{}", key.write().len());
}

#[test]
fn the_row_of_an_erased_unit_is_read_back_and_is_no_units_row() {
    let key = EventKey::Erased(Pseudonym::of_tag(&[0xAB; 32]), 7);
    assert_eq!(EventKey::read(&key.write()), Some(key.clone()));
    assert!(!key.write().starts_with(&EventKey::prefix(&unit("%7F"))));
    for damaged in ["%7Fab 0 000001", "%7F 0 000001", &key.write()[..30]] {
        assert_eq!(EventKey::read(damaged), None, "{damaged}");
    }
}

#[test]
fn the_prefix_of_a_unit_begins_its_rows_and_no_others() {
    let units = ["a", "a b", "a%20b", "ab", "a%", "a!"];
    for own in units {
        for other in units {
            let key = EventKey::Assignment(unit(other), 1).write();
            assert_eq!(key.starts_with(&EventKey::prefix(&unit(own))), own == other, "{own:?} {other:?}");
        }
    }
}
