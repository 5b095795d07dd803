//! The encoding of keys. A space separates the parts of a sort key. Within a part, `%`, space and every byte
//! that sorts below it are percent-encoded. A query over a partition therefore returns each unit's
//! assignments followed by its conversions, so the rows arrive grouped by unit.

use std::fmt::Write as _;

use domain::experiment::bucket::fnv1a32;
use domain::experiment::{EventId, Experiment, ExperimentId, GoalKey, UnitId, Workspace};

/// The `events` partition of a unit's rows. It depends on a hash of the unit only, so that the rows can be
/// found without the test's seed.
#[must_use]
pub fn events_partition(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> String {
    let hash = fnv1a32(unit.as_str().encode_utf16());
    partition(workspace, &test.definition.test_id, hash % test.definition.partitions)
}

/// The `events` partition with this number, from 0 to the number of the test's partitions − 1.
#[must_use]
pub fn partition(workspace: &Workspace, test_id: &ExperimentId, number: u32) -> String {
    format!("{workspace}/{test_id}/{number:03}")
}

/// The partition of `tests` with a test's past revisions. It differs from the workspace's partition, so that
/// listing tests does not read their history.
#[must_use]
pub fn history(workspace: &Workspace, test_id: &ExperimentId) -> String {
    format!("{workspace}/{test_id}")
}

/// The sort key of a past revision.
#[must_use]
pub fn revision(revision: u64) -> String {
    format!("rev {revision:010}")
}

/// The content of a sort key in `events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKey {
    /// A unit's assignment in a phase.
    Assignment(UnitId, u32),
    /// One outcome of a unit.
    Conversion(UnitId, GoalKey, EventId),
}

impl EventKey {
    /// The stored form of the sort key, at most 1,024 bytes.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Assignment(unit, phase) => format!("{} 0 {phase:06}", encode(unit.as_str())),
            Self::Conversion(unit, goal, event) => {
                format!("{} 1 {} {}", encode(unit.as_str()), encode(goal.as_str()), encode(event.as_str()))
            }
        }
    }

    /// Parses a stored sort key. None for a text that [`Self::write`] does not write.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let mut parts = key.split(' ');
        let unit = UnitId::parse(decode(parts.next()?)?).ok()?;
        let read = match parts.next()? {
            "0" => Self::Assignment(unit, parts.next()?.parse().ok()?),
            "1" => {
                let goal = GoalKey::parse(decode(parts.next()?)?).ok()?;
                Self::Conversion(unit, goal, EventId::parse(decode(parts.next()?)?).ok()?)
            }
            _ => return None,
        };
        parts.next().is_none().then_some(read)
    }
}

fn encode(part: &str) -> String {
    let mut encoded = String::with_capacity(part.len());
    for c in part.chars() {
        if c <= ' ' || c == '%' || c == '\u{7f}' {
            let _ = write!(encoded, "%{:02X}", u32::from(c));
        } else {
            encoded.push(c);
        }
    }
    encoded
}

fn decode(part: &str) -> Option<String> {
    let mut pieces = part.split('%');
    let mut decoded = pieces.next()?.to_owned();
    for piece in pieces {
        let code = u8::from_str_radix(piece.get(..2)?, 16).ok()?;
        decoded.push(char::from(code));
        decoded.push_str(piece.get(2..)?);
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
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
                EventKey::Conversion(
                    unit(text),
                    GoalKey::parse("demo-booked").unwrap(),
                    EventId::parse("crm:9.9_1-A").unwrap(),
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
            EventKey::Conversion(unit(u), goal, event).write()
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
    fn the_longest_key_fits_dynamodbs_1024_bytes() {
        let key = EventKey::Conversion(
            unit(&" ".repeat(256)),
            GoalKey::parse("g".repeat(63)).unwrap(),
            EventId::parse("e".repeat(64)).unwrap(),
        );
        assert!(key.write().len() <= 1_024, "{}", key.write().len());
    }
}
