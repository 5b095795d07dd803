//! The units that a definition names: each is named once, whatever its spelling.

use std::collections::BTreeMap;

use super::UnitKind;
use crate::experiment::known::KnownBody;
use crate::validation::{Invalid, escape};

/// Returns the overrides under the ids of their units.
///
/// # Errors
/// Returns every text that is not a unit, and every second spelling of a unit.
pub(in crate::experiment) fn overrides(
    kind: UnitKind,
    sent: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<Invalid>> {
    let mut seen = Spellings::of(kind);
    let mut named = BTreeMap::new();
    for (text, variant) in sent {
        if let Some(id) = seen.id(&text, || format!("/overrides/{}", escape(&text))) {
            named.insert(id, variant);
        }
    }
    seen.done(named)
}

/// Returns the known units with their ids.
///
/// # Errors
/// Those of [`overrides`]. An entry that repeats a spelling stays, because a rule of the definition refuses it.
pub(in crate::experiment) fn known_units(
    kind: UnitKind,
    sent: Vec<KnownBody>,
) -> Result<Vec<KnownBody>, Vec<Invalid>> {
    let mut seen = Spellings::of(kind);
    let mut named = Vec::with_capacity(sent.len());
    for (index, body) in sent.into_iter().enumerate() {
        if let Some(unit_id) = seen.id(&body.unit_id, || format!("/known_units/{index}/unit_id")) {
            named.push(KnownBody { unit_id, ..body });
        }
    }
    seen.done(named)
}

/// The ids of a list with their spellings, and the errors.
struct Spellings {
    kind: UnitKind,
    seen: BTreeMap<String, String>,
    broken: Vec<Invalid>,
}

impl Spellings {
    fn of(kind: UnitKind) -> Self {
        Self { kind, seen: BTreeMap::new(), broken: Vec::new() }
    }

    /// Returns the id of a text, unless it is not a unit or another spelling of an earlier one.
    fn id(&mut self, text: &str, pointer: impl Fn() -> String) -> Option<String> {
        let id = match self.kind.unit(text) {
            Ok(id) => String::from(id),
            Err(error) => {
                self.broken.push(Invalid::new(pointer(), error.to_string()));
                return None;
            }
        };
        match self.seen.insert(id.clone(), text.to_owned()) {
            Some(earlier) if earlier != text => {
                let detail = format!(
                    "is the same account as {earlier:?}: both are {id:?} in this workspace; keep one of {text:?} and {earlier:?}"
                );
                self.broken.push(Invalid::new(pointer(), detail));
                None
            }
            _ => Some(id),
        }
    }

    fn done<T>(self, named: T) -> Result<T, Vec<Invalid>> {
        if self.broken.is_empty() { Ok(named) } else { Err(self.broken) }
    }
}
