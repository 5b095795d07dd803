//! The settings of a workspace. A test takes over what its units are and its time zone when it is created.

use serde::{Deserialize, Serialize};

use crate::clock::Zone;
use crate::experiment::{Refusal, UnitKind};
use crate::validation::Invalid;

/// The shortest and the longest retention, in days.
const RETENTION: std::ops::RangeInclusive<u32> = 90..=3_650;

/// How long events and audit records are kept, in days: 90 to 3,650.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Retention(u32);

impl Retention {
    /// Returns the days.
    #[must_use]
    pub fn days(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Retention {
    type Error = &'static str;

    fn try_from(days: u32) -> Result<Self, Self::Error> {
        let fits = RETENTION.contains(&days);
        fits.then_some(Self(days)).ok_or("must be 90 to 3650 days, or 0 to keep records without an end")
    }
}

impl From<Retention> for u32 {
    fn from(retention: Retention) -> Self {
        retention.0
    }
}

/// The settings of a workspace. A workspace without stored settings has the default ones, at revision 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// What a unit is, in tests that are created from now on.
    pub unit_kind: UnitKind,
    /// The zone in which a date alone is a day, in tests that are created from now on.
    pub time_zone: Zone,
    /// How long events and audit records are kept; without an end if there is none.
    pub retention_days: Option<Retention>,
    /// Whether the directory has had an account. Without one, requests do not look for accounts.
    #[serde(default)]
    pub has_directory: bool,
    /// The number of changes so far.
    pub revision: u64,
}

/// Body of `PATCH /workspace`: the revision that the caller has read, and the changes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    revision: u64,
    unit_kind: Option<UnitKind>,
    time_zone: Option<Zone>,
    retention_days: Option<u32>,
}

impl Settings {
    /// Returns the settings after a change, or the same settings when nothing differs.
    ///
    /// # Errors
    /// Returns [`Refusal::Invalid`] for a retention out of range, and [`Refusal::Conflict`] for a change that is based
    /// on another revision, unless it was already made.
    pub fn revise(&self, patch: SettingsPatch) -> Result<Self, Refusal> {
        let retention_days = match patch.retention_days {
            None => self.retention_days,
            Some(0) => None,
            Some(days) => Some(
                Retention::try_from(days)
                    .map_err(|detail| Refusal::Invalid(vec![Invalid::new("/retention_days", detail)]))?,
            ),
        };
        let next = Self {
            unit_kind: patch.unit_kind.unwrap_or(self.unit_kind),
            time_zone: patch.time_zone.unwrap_or_else(|| self.time_zone.clone()),
            retention_days,
            has_directory: self.has_directory,
            revision: self.revision,
        };
        let (mine, seen) = (self.revision, patch.revision);
        if next == *self && (mine == seen || mine == seen + 1) {
            return Ok(next);
        }
        if mine != seen {
            return Err(Refusal::Conflict(format!(
                "The settings are at revision {mine}, this change is based on {seen}. Read the workspace again and retry."
            )));
        }
        Ok(Self { revision: self.revision + 1, ..next })
    }

    /// Returns the settings of a workspace whose directory gets its first account.
    #[must_use]
    pub fn with_directory(&self) -> Self {
        Self { has_directory: true, revision: self.revision + 1, ..self.clone() }
    }

    /// Returns the description of the change from `old` for the audit.
    #[must_use]
    pub fn summary(&self, old: &Self) -> String {
        let days = |own: &Self| own.retention_days.map_or("none".to_owned(), |own| own.days().to_string());
        let fields = [
            ("unit_kind", old.unit_kind.as_str().to_owned(), self.unit_kind.as_str().to_owned()),
            ("time_zone", old.time_zone.name().to_owned(), self.time_zone.name().to_owned()),
            ("retention_days", days(old), days(self)),
            ("has_directory", old.has_directory.to_string(), self.has_directory.to_string()),
        ];
        let changes = fields.into_iter().filter(|(_, before, after)| before != after);
        let changes = changes.map(|(name, before, after)| format!("{name} {before} to {after}"));
        let revision = format!("revision {}", self.revision);
        std::iter::once(revision).chain(changes).collect::<Vec<_>>().join(", ")
    }
}
