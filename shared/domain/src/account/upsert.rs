//! Applies a requested change: creates an account, or changes the one that the request names.

use std::collections::BTreeMap;

use super::attribute::Attribute;
use super::place::Place;
use super::wire::{Change, Setting};
use super::{ALIASES, ATTRIBUTE_BYTES, ATTRIBUTES, Account};
use crate::clock::Timestamp;
use crate::experiment::id::AttributeName;
use crate::experiment::{Refusal, UnitId};
use crate::validation::Invalid;

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It contains something else than before.
    Changed,
    /// It contains what was requested already.
    Unchanged,
}

impl Outcome {
    /// Returns the outcome in its form on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// The accounts to which the names of a change belong.
pub type Owners<'a> = BTreeMap<&'a UnitId, &'a Account>;

impl Change {
    /// Returns the account that this change is about, if the directory has it.
    ///
    /// # Errors
    /// Returns a conflict if its names belong to different accounts, or an alias belongs to an account although the id
    /// of the change is new. No alias moves to another account by itself.
    pub fn owner<'a>(&self, owners: &Owners<'a>) -> Result<Option<&'a Account>, Refusal> {
        let mut aliases = self.aliases.iter().filter_map(|alias| owners.get(alias).copied());
        let owner = match &self.name {
            Some(name) => owners.get(&name.key).copied(),
            None => aliases.next(),
        };
        for (n, alias) in self.aliases.iter().enumerate() {
            if let Some(other) = owners.get(alias)
                && owner.is_none_or(|own| own.unit_id != other.unit_id)
            {
                return Err(Refusal::Conflict(format!(
                    "aliases/{n} belongs to another account. If both are one company, merge the accounts with \
                     POST /accounts/merge; otherwise remove the alias there with remove_aliases."
                )));
            }
        }
        Ok(owner)
    }

    /// Returns the account after this change, and whether it differs. `parent` is the id of the account that the
    /// change names as the parent, and `random` distinguishes accounts that are created at the same time.
    ///
    /// # Errors
    /// Returns the field that is invalid for this account.
    pub fn apply(
        self,
        old: Option<&Account>,
        parent: Option<&UnitId>,
        now: Timestamp,
        random: [u8; 16],
    ) -> Result<(Account, Outcome), Refusal> {
        let mut account = match old {
            Some(old) => old.clone(),
            None => new_account(&self, now, random)?,
        };
        if let Some(n) = self.removed.iter().position(|alias| *alias == account.unit_id) {
            return Err(field(format!("/remove_aliases/{n}"), "is the id of the account, and not an alias"));
        }
        account.aliases.extend(self.aliases);
        account.aliases.retain(|alias| *alias != account.unit_id && !self.removed.contains(alias));
        if account.aliases.len() > ALIASES {
            let detail = format!(
                "would give the account {} aliases, and it can have {ALIASES}; remove some with remove_aliases",
                account.aliases.len()
            );
            return Err(field("/aliases", &detail));
        }
        match self.parent {
            Setting::Kept => {}
            Setting::Removed => account.parent = None,
            Setting::Set(_) => account.parent = parent.cloned(),
        }
        match self.covariate {
            Setting::Kept => {}
            Setting::Removed => account.covariate = None,
            Setting::Set(covariate) => account.covariate = Some(covariate),
        }
        set(&mut account.attributes, self.attributes);
        let account = account.within_size()?;
        match old {
            Some(old) if old.is_equal_to(&account) => Ok((old.clone(), Outcome::Unchanged)),
            Some(old) => {
                let next = Account { revision: old.revision + 1, updated_at: now, ..account };
                Ok((next, Outcome::Changed))
            }
            None => Ok((account, Outcome::Created)),
        }
    }
}

fn new_account(change: &Change, now: Timestamp, random: [u8; 16]) -> Result<Account, Refusal> {
    let Some(name) = &change.name else {
        let detail = "is required: no account of the directory has one of these aliases";
        return Err(field("/unit_id", detail));
    };
    Ok(Account {
        unit_id: name.id.clone().map_err(|detail| field("/unit_id", &detail))?,
        aliases: std::collections::BTreeSet::new(),
        parent: None,
        attributes: BTreeMap::new(),
        covariate: None,
        place: Place::new(now, random),
        revision: 1,
        created_at: now,
        updated_at: now,
    })
}

fn set(
    attributes: &mut BTreeMap<AttributeName, Attribute>,
    changes: BTreeMap<AttributeName, Option<Attribute>>,
) {
    for (name, value) in changes {
        match value {
            Some(value) => drop(attributes.insert(name, value)),
            None => drop(attributes.remove(&name)),
        }
    }
}

impl Account {
    /// Checks the limits of all attributes together.
    pub(super) fn within_size(self) -> Result<Self, Refusal> {
        let number = self.attributes.len();
        if number > ATTRIBUTES {
            let detail = format!(
                "would give the account {number} attributes, and it can have {ATTRIBUTES}; remove some with null"
            );
            return Err(field("/attributes", &detail));
        }
        let bytes = serde_json::to_vec(&self.attributes).map_or(usize::MAX, |json| json.len());
        if bytes > ATTRIBUTE_BYTES {
            let detail = format!(
                "would give the account {bytes} bytes of attributes; the maximum is {ATTRIBUTE_BYTES}"
            );
            return Err(field("/attributes", &detail));
        }
        Ok(self)
    }
}

pub(super) fn field(pointer: impl Into<String>, detail: &str) -> Refusal {
    Refusal::Invalid(vec![Invalid::new(pointer, detail)])
}

#[cfg(test)]
mod tests;
