//! How a response names a unit.

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};
use serde::Serialize;

use super::UnitKind;
use crate::experiment::UnitId;

/// The id of a unit with the forms by which people and the caller know it, as fields of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitName {
    unit_id: UnitId,
    /// The id for people, if it differs: a domain in Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_display: Option<String>,
    /// What the caller sent, if the id differs from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_as: Option<String>,
}

impl UnitName {
    /// Names a unit of `kind` that the caller sent as `sent`.
    #[must_use]
    pub fn new(unit_id: UnitId, kind: UnitKind, sent: String) -> Self {
        let sent_as = (sent != unit_id.as_str()).then_some(sent);
        Self { unit_display: display(kind, &unit_id), unit_id, sent_as }
    }

    /// Returns the id.
    #[must_use]
    pub fn unit_id(&self) -> &UnitId {
        &self.unit_id
    }
}

/// Returns a domain in Unicode, if it has an A-label.
fn display(kind: UnitKind, unit_id: &UnitId) -> Option<String> {
    let id = unit_id.as_str();
    if kind != UnitKind::Domain || !id.split('.').any(|label| label.starts_with("xn--")) {
        return None;
    }
    let (text, valid) = Uts46::new().to_unicode(id.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow);
    valid.ok().map(|()| text.into_owned())
}
