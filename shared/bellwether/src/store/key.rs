//! The encoding of keys. A space separates the parts of a sort key. Within a part, `%`, space and every byte
//! that sorts below it are percent-encoded. A query over a partition therefore returns each unit's
//! assignments followed by its conversions, so the rows arrive grouped by unit.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use domain::experiment::bucket::fnv1a32;
use domain::experiment::{Event, EventId, Experiment, ExperimentId, GoalKey, UnitId, Version, Workspace};
use domain::privacy::Pseudonym;

/// The `events` partition of a unit's rows. It depends on a hash of the unit only, so that the rows can be
/// found without the test's seed.
#[must_use]
pub fn events_partition(workspace: &Workspace, test: &Experiment, unit: &UnitId) -> String {
    partition(workspace, &test.definition.test_id, partition_number(test, unit))
}

/// The number of the `events` partition of a unit's rows.
#[must_use]
pub fn partition_number(test: &Experiment, unit: &UnitId) -> u32 {
    fnv1a32(unit.as_str().encode_utf16()) % test.definition.partitions
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

/// The partition of `tests` with items of the workspace itself. No test is in it, because the name of a test is not
/// empty.
#[must_use]
pub fn of_workspace(workspace: &Workspace) -> String {
    format!("{workspace}/")
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
    /// One version of an outcome of a unit. Version 0 is not written, so rows without a version have it.
    Conversion(UnitId, GoalKey, EventId, Version),
    /// A report that a unit was shown its variant in a phase.
    Exposure(UnitId, u32, EventId),
    /// What remains of an erased unit's assignment in a phase.
    Erased(Pseudonym, u32),
}

/// The first part of the keys of erased units. A unit's id has no control character, so no unit has such a key.
const ERASED: &str = "%7F";

impl EventKey {
    /// The key of a version of an outcome.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let (unit, goal, id) = (event.unit_id().clone(), event.goal().clone(), event.event_id().clone());
        Self::Conversion(unit, goal, id, event.version())
    }

    /// The unit. None for what remains of an erased one.
    #[must_use]
    pub fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::Assignment(unit, _) | Self::Conversion(unit, ..) | Self::Exposure(unit, ..) => Some(unit),
            Self::Erased(..) => None,
        }
    }

    /// The stored form of the sort key, at most 1,024 bytes.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Self::Erased(pseudonym, phase) => format!("{ERASED}{pseudonym} 0 {phase:06}"),
            Self::Assignment(unit, phase) => format!("{} 0 {phase:06}", encode(unit.as_str())),
            Self::Exposure(unit, phase, id) => {
                format!("{} 2 {phase:06} {}", encode(unit.as_str()), encode(id.as_str()))
            }
            Self::Conversion(unit, goal, event, version) => {
                let (unit, goal, event) =
                    (encode(unit.as_str()), encode(goal.as_str()), encode(event.as_str()));
                match version.get() {
                    0 => format!("{unit} 1 {goal} {event}"),
                    version => format!("{unit} 1 {goal} {event} {version:016}"),
                }
            }
        }
    }

    /// The beginning of the sort keys of all rows of a unit, and of no other row.
    #[must_use]
    pub fn prefix(unit: &UnitId) -> String {
        format!("{} ", encode(unit.as_str()))
    }

    /// The unit of a stored sort key of any kind. None for what remains of an erased unit, and for a text that is not a
    /// key.
    #[must_use]
    pub fn unit_of(key: &str) -> Option<UnitId> {
        UnitId::parse(decode(key.split(' ').next()?)?).ok()
    }

    /// Parses a stored sort key. None for a text that [`Self::write`] does not write.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let mut parts = key.split(' ');
        if let Some(erased) = key.strip_prefix(ERASED) {
            let (pseudonym, phase) = erased.split_once(" 0 ")?;
            return Some(Self::Erased(Pseudonym::parse(pseudonym).ok()?, phase.parse().ok()?));
        }
        let unit = UnitId::parse(decode(parts.next()?)?).ok()?;
        let read = match parts.next()? {
            "0" => Self::Assignment(unit, parts.next()?.parse().ok()?),
            "1" => {
                let goal = GoalKey::parse(decode(parts.next()?)?).ok()?;
                let event = EventId::parse(decode(parts.next()?)?).ok()?;
                Self::Conversion(unit, goal, event, parts.next().map_or(Some(Version::FIRST), version)?)
            }
            "2" => {
                let phase = parts.next()?.parse().ok()?;
                Self::Exposure(unit, phase, EventId::parse(decode(parts.next()?)?).ok()?)
            }
            _ => return None,
        };
        parts.next().is_none().then_some(read)
    }
}

/// Reads a version above 0, which has 16 digits.
fn version(part: &str) -> Option<Version> {
    let digits = part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_digit());
    let version = digits.then(|| part.parse().ok()).flatten()?;
    Version::parse(version).ok().filter(|version| *version != Version::FIRST)
}

/// The beginning of the sort keys of a unit's outcomes.
#[must_use]
pub fn outcomes_of(unit: &UnitId) -> String {
    format!("{} 1 ", encode(unit.as_str()))
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
