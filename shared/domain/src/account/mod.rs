//! Accounts of the directory: their ids and aliases, their parents, and what is known about them.
//!
//! [`wire`] parses a requested change, [`upsert`] applies it, [`merge`] joins two accounts, and [`lend`] gives an
//! account's attributes to a request for a variant. [`name`] defines which texts are the same id or alias.

pub mod attribute;
pub mod lend;
pub mod merge;
pub mod name;
pub mod parents;
pub mod place;
pub mod tally;
pub mod upsert;
pub mod view;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::experiment::UnitId;
use crate::experiment::id::AttributeName;
use attribute::Attribute;
use place::Place;

/// The maximum number of aliases of an account.
pub const ALIASES: usize = 20;
/// The maximum number of attributes of an account.
pub const ATTRIBUTES: usize = 50;
/// The maximum size of an account's attributes, in bytes of JSON.
pub const ATTRIBUTE_BYTES: usize = 8 * 1024;

/// An account of the directory, as it is stored. Its id and its aliases belong to no other account of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The id under which the account is assigned and its outcomes are recorded.
    pub unit_id: UnitId,
    /// Other names of the account, at most 20.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub aliases: BTreeSet<UnitId>,
    /// The account to which this one belongs, by its id when it was set. It may have become an alias since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<UnitId>,
    /// What is known about the account, for targeting and segments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<AttributeName, Attribute>,
    /// A number that predicts outcomes, within ±1e15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<f64>,
    /// Where it stands in lists.
    pub place: Place,
    /// The number of changes, with the creation: 1 or more.
    pub revision: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Account {
    /// Returns whether `name` is the id or an alias of the account.
    #[must_use]
    pub fn is_named(&self, name: &UnitId) -> bool {
        self.unit_id == *name || self.aliases.contains(name)
    }

    /// Returns whether the other account contains the same, whenever it was changed.
    #[must_use]
    pub fn is_equal_to(&self, other: &Self) -> bool {
        let content = |own: &Self| Self {
            revision: 0,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
            ..own.clone()
        };
        content(self) == content(other)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn account(id: &str, parent: Option<&str>) -> Account {
        Account {
            unit_id: UnitId::parse(id).unwrap(),
            aliases: BTreeSet::new(),
            parent: parent.map(|parent| UnitId::parse(parent).unwrap()),
            attributes: BTreeMap::new(),
            covariate: None,
            place: Place::new(Timestamp::from_millis(0), [0; 16]),
            revision: 1,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        }
    }
}
