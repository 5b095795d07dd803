//! The identity of accounts: what a unit is in a workspace, and the one id that all spellings of an account have.

mod domain;
mod free_mail;
mod hubspot;
mod name;
mod salesforce;
mod spellings;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::UnitId;
use super::id::NotAName;
use crate::validation::Invalid;

pub use name::UnitName;
pub(super) use spellings::{known_units, overrides};

/// What a unit of a workspace is. It decides which texts are the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// Any text, unchanged: each spelling is a unit of its own.
    #[default]
    Verbatim,
    /// A company's registrable domain, in lower case and A-labels. Host names, web addresses and e-mail addresses give
    /// their domain.
    Domain,
    /// The id of a Salesforce record, with 18 characters.
    Salesforce,
    /// The id of a `HubSpot` record, in decimal digits without leading zeros.
    Hubspot,
}

/// The reason why a text is not a unit of a kind, and how to correct it. It does not contain the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAUnit(String);

impl NotAUnit {
    fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl From<NotAName> for NotAUnit {
    fn from(error: NotAName) -> Self {
        Self(error.to_string())
    }
}

/// The maximum length of a text, in bytes, for every kind.
const LONGEST: usize = 256;

impl UnitKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Verbatim, Self::Domain, Self::Salesforce, Self::Hubspot];

    /// The kind as written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verbatim => "verbatim",
            Self::Domain => "domain",
            Self::Salesforce => "salesforce",
            Self::Hubspot => "hubspot",
        }
    }

    /// Returns the id of the unit that a text names. The id of an id is the id itself.
    ///
    /// # Errors
    /// Returns the reason if the text does not name a unit of this kind.
    pub fn unit(self, text: &str) -> Result<UnitId, NotAUnit> {
        if self == Self::Verbatim || text.is_empty() || text.len() > LONGEST {
            return Ok(UnitId::parse(text)?);
        }
        let id = match self {
            Self::Verbatim => text.to_owned(),
            Self::Domain => domain::registrable(text)?,
            Self::Salesforce => salesforce::long(text.trim())?,
            Self::Hubspot => hubspot::canonical(text.trim())?,
        };
        Ok(UnitId::parse(id)?)
    }

    /// Returns what a stored id would be today, if that differs: another id, or the reason why it is refused. An
    /// update of the public suffix list can change the ids of domains.
    #[must_use]
    pub fn changed(self, stored: &UnitId) -> Option<Result<UnitId, NotAUnit>> {
        let now = self.unit(stored.as_str());
        (now.as_ref() != Ok(stored)).then_some(now)
    }
}

/// Returns the id of an entry's unit, which is `known` if the directory knows the text, together with the errors that `others` has found in its other fields.
///
/// # Errors
/// Returns all errors, by pointer.
pub(super) fn checked(
    kind: UnitKind,
    text: &str,
    known: Option<&UnitId>,
    others: Result<(), Vec<Invalid>>,
) -> Result<UnitId, Vec<Invalid>> {
    let own = || kind.unit(text).map_err(|error| Invalid::new("/unit_id", error.to_string()));
    let id = known.cloned().map_or_else(own, Ok);
    match (id, others) {
        (Ok(id), Ok(())) => Ok(id),
        (id, others) => {
            let mut broken: Vec<_> = id.err().into_iter().chain(others.err().into_iter().flatten()).collect();
            broken.sort();
            Err(broken)
        }
    }
}
