//! What a caller asks for.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::experiment::UnitKind;
use crate::validation::{self, Invalid};

/// The maximum number of accounts in a request.
pub const MOST: usize = 100;
/// The maximum length of an account's id, in bytes.
const ID_BYTES: usize = 256;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// All stored data of the accounts.
    Access,
    /// The erasure of all stored data of the accounts.
    Erasure,
    /// The erasure of everything that was erased before, after tables were restored from a backup.
    Reapply,
}

impl Kind {
    /// Returns the kind as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Erasure => "erasure",
            Self::Reapply => "reapply",
        }
    }
}

/// The body of `POST /privacy/requests`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct DemandBody {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    units: Vec<String>,
    #[validate(length(min = 1, max = 256, message = "must have 1 to 256 characters"))]
    reason: String,
}

/// A request before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// What is asked.
    pub kind: Kind,
    /// The accounts, without repetitions, as the caller wrote them, in ascending order.
    pub units: Vec<String>,
    /// Why, in the caller's words. It contains none of the accounts' ids, because it is kept after an erasure.
    pub reason: String,
}

impl Demand {
    /// Parses a body.
    ///
    /// # Errors
    /// Returns every violated limit by its pointer: access and erasure need 1 to 100 ids, reapply accepts none, and
    /// the reason must not contain an id.
    pub fn parse(body: DemandBody) -> Result<Self, Vec<Invalid>> {
        validation::check(&body)?;
        let DemandBody { kind, mut units, reason } = body;
        let refused = |pointer: &str, detail: &str| Err(vec![Invalid::new(pointer, detail)]);
        match kind {
            Kind::Reapply if !units.is_empty() => {
                return refused(
                    "/units",
                    "must be omitted: reapply erases every account that was erased before",
                );
            }
            Kind::Access | Kind::Erasure if !(1..=MOST).contains(&units.len()) => {
                return refused("/units", "must be a list of 1 to 100 account ids");
            }
            _ => {}
        }
        let fits = |id: &String| {
            (1..=ID_BYTES).contains(&id.trim().len())
                && id.len() <= ID_BYTES
                && !id.chars().any(char::is_control)
        };
        let broken: Vec<_> = units.iter().enumerate().filter(|(_, id)| !fits(id)).collect();
        if !broken.is_empty() {
            let detail = "must be 1 to 256 bytes of UTF-8 without control characters";
            let at = |(index, _): (usize, &String)| Invalid::new(format!("/units/{index}"), detail);
            return Err(broken.into_iter().map(at).collect());
        }
        units.sort();
        units.dedup();
        let demand = Self { kind, units, reason };
        demand.check_reason()?;
        Ok(demand)
    }

    /// Checks that the reason contains none of the accounts' names, as they are written or as the ids of accounts.
    ///
    /// # Errors
    /// Returns an error about the reason.
    pub fn check_reason(&self) -> Result<(), Vec<Invalid>> {
        let forms = |name: &String| {
            let ids = UnitKind::ALL.into_iter().filter_map(|kind| kind.unit(name).ok());
            ids.map(String::from).chain([name.trim().to_owned()]).collect::<Vec<_>>()
        };
        if !self.units.iter().flat_map(forms).any(|name| mentions(&self.reason, &name)) {
            return Ok(());
        }
        let detail =
            "must not contain a name of an account, because the reason is kept; use a ticket number instead";
        Err(vec![Invalid::new("/reason", detail)])
    }
}

/// Whether a text contains a name, in any case, and not as a part of a longer word.
fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    text.match_indices(&name).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parsed(body: Value) -> Result<Demand, Vec<Invalid>> {
        Demand::parse(serde_json::from_value(body).unwrap())
    }

    #[test]
    fn units_are_sorted_and_named_once_so_that_a_repetition_is_recognized() {
        let one =
            parsed(json!({ "type": "erasure", "units": ["b", "a", "b"], "reason": "ticket 7" })).unwrap();
        let other = parsed(json!({ "type": "erasure", "units": ["a", "b"], "reason": "ticket 7" })).unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn every_invalid_body_names_its_field() {
        let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        for (body, pointer) in [
            (json!({ "type": "erasure", "units": [], "reason": "r" }), "/units"),
            (json!({ "type": "access", "units": many, "reason": "r" }), "/units"),
            (json!({ "type": "reapply", "units": ["a"], "reason": "r" }), "/units"),
            (json!({ "type": "erasure", "units": ["a", ""], "reason": "r" }), "/units/1"),
            (json!({ "type": "erasure", "units": ["a\nb"], "reason": "r" }), "/units/0"),
            (json!({ "type": "erasure", "units": ["acme.com"], "reason": "" }), "/reason"),
            (json!({ "type": "erasure", "units": ["acme.com"], "reason": "ACME.COM asked" }), "/reason"),
            (
                json!({ "type": "erasure", "units": ["https://www.acme.com/"], "reason": "acme.com asked" }),
                "/reason",
            ),
            (json!({ "type": "erasure", "units": [" acme.com "], "reason": "for Acme.com" }), "/reason"),
        ] {
            let broken = parsed(body.clone()).unwrap_err();
            assert_eq!(broken[0].pointer, pointer, "{body}");
        }
        let number = json!({ "type": "erasure", "units": ["7"], "reason": "Ticket 4711" });
        assert!(parsed(number).is_ok(), "a part of a longer number is no mention");
        assert!(parsed(json!({ "type": "reapply", "reason": "restored" })).is_ok());
    }
}
