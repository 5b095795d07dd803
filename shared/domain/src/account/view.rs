//! An account in its form on the wire.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Account;
use crate::clock::Timestamp;
use crate::experiment::UnitId;

/// The response about an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountView {
    unit_id: UnitId,
    aliases: Vec<UnitId>,
    parent: Option<UnitId>,
    attributes: Map<String, Value>,
    covariate: Option<f64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// One entry of `POST /accounts/lookup`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupBody {
    /// An id or an alias.
    pub unit_id: String,
}

/// The response about a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// The name in its normal form.
    unit_id: UnitId,
    /// The account that has it.
    account: Option<AccountView>,
}

impl Found {
    /// Returns the response about a name and its account, if there is one.
    #[must_use]
    pub fn of(name: &UnitId, account: Option<&Account>) -> Self {
        Self { unit_id: name.clone(), account: account.map(Account::view) }
    }
}

impl Account {
    /// Returns the account as responses show it.
    #[must_use]
    pub fn view(&self) -> AccountView {
        AccountView {
            unit_id: self.unit_id.clone(),
            aliases: self.aliases.iter().cloned().collect(),
            parent: self.parent.clone(),
            attributes: self.values(),
            covariate: self.covariate,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }

    /// Returns the attributes as targeting reads them.
    #[must_use]
    pub fn values(&self) -> Map<String, Value> {
        self.attributes.iter().map(|(name, value)| (name.to_string(), value.value())).collect()
    }
}
