//! Joins two accounts that turned out to be one company.

use serde::Deserialize;

use super::name::Name;
use super::upsert::field;
use super::{ALIASES, Account};
use crate::clock::Timestamp;
use crate::experiment::{Refusal, UnitId};
use crate::validation::Invalid;

/// One entry of `POST /accounts/merge`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    from: String,
    into: String,
}

/// A requested merge, by ids or aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The account that becomes a part of the other.
    pub from: UnitId,
    /// The account that stays.
    pub into: UnitId,
}

/// The result of a merge.
#[derive(Debug, Clone, PartialEq)]
pub enum Merged {
    /// `from` was merged into `into` before.
    Already,
    /// The account that stays, with the names of both.
    Joined(Box<Account>),
}

impl Merge {
    /// Parses an entry. `name` gives the normal forms of a text, or the limits of a name.
    ///
    /// # Errors
    /// Returns every text that is not a name, by its pointer.
    pub fn parse(
        body: &MergeBody,
        name: impl Fn(&str) -> Result<Name, String>,
    ) -> Result<Self, Vec<Invalid>> {
        let key = |pointer: &str, text: &str| {
            name(text).map(|name| name.key).map_err(|detail| Invalid::new(pointer, detail))
        };
        match (key("/from", &body.from), key("/into", &body.into)) {
            (Ok(from), Ok(into)) => Ok(Self { from, into }),
            (from, into) => Err(from.err().into_iter().chain(into.err()).collect()),
        }
    }

    /// Returns the account `into` after `from` was merged into it.
    ///
    /// # Errors
    /// Returns a conflict if both names are the same account and `into` is not its id, and the field that is invalid
    /// for the merged account.
    pub fn apply(&self, from: &Account, into: &Account, now: Timestamp) -> Result<Merged, Refusal> {
        if from.unit_id != into.unit_id {
            return Ok(Merged::Joined(Box::new(into.merged_with(from, now)?)));
        }
        if self.into == into.unit_id && self.from != self.into {
            return Ok(Merged::Already);
        }
        let why = "from and into are one account already, and its id is not into. To separate them, remove the alias \
                   with remove_aliases.";
        Err(Refusal::Conflict(why.to_owned()))
    }
}

impl Account {
    /// Returns this account with the id and the aliases of `from` as its aliases. `from` gives the attributes, the
    /// covariate and the parent that this account does not have. Rows that were stored under its names keep them, and
    /// results unite them.
    fn merged_with(&self, from: &Self, now: Timestamp) -> Result<Self, Refusal> {
        let mut merged = self.clone();
        merged.aliases.extend(from.aliases.iter().cloned());
        merged.aliases.insert(from.unit_id.clone());
        if merged.aliases.len() > ALIASES {
            let detail = format!(
                "would give the account {} aliases, and it can have {ALIASES}; remove some with remove_aliases first",
                merged.aliases.len()
            );
            return Err(field("/from", &detail));
        }
        for (name, value) in &from.attributes {
            merged.attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
        merged.covariate = self.covariate.or(from.covariate);
        let own = self.parent.as_ref().filter(|parent| !from.is_named(parent));
        merged.parent = own.or(from.parent.as_ref().filter(|parent| !self.is_named(parent))).cloned();
        merged.revision = self.revision + 1;
        merged.updated_at = now;
        merged.within_size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::account;

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    fn merge(from: (&str, &Account), into: (&str, &Account)) -> Result<Merged, Refusal> {
        let names = Merge { from: id(from.0), into: id(into.0) };
        names.apply(from.1, into.1, Timestamp::from_millis(9))
    }

    #[test]
    fn a_merged_account_has_the_names_of_both_and_its_own_values_first() {
        let mut into = account("acme.com", Some("old.com"));
        let mut from = account("old.com", Some("group.com"));
        from.aliases.insert(id("0015"));
        into.covariate = Some(2.0);
        from.covariate = Some(3.0);
        let merged = merge(("0015", &from), ("acme.com", &into)).unwrap();
        let Merged::Joined(merged) = merged else { panic!("they are joined") };
        for name in ["acme.com", "old.com", "0015"] {
            assert!(merged.is_named(&id(name)), "{name}");
        }
        assert_eq!(merged.unit_id.as_str(), "acme.com");
        assert_eq!((merged.covariate, merged.revision), (Some(2.0), 2));
        assert_eq!(merged.parent, Some(id("group.com")), "the account is not its own parent");
        assert_eq!(merge(("old.com", &merged), ("acme.com", &merged)), Ok(Merged::Already), "a repetition");
        for (from, into) in [("acme.com", "old.com"), ("acme.com", "acme.com"), ("old.com", "0015")] {
            assert!(
                matches!(merge((from, &merged), (into, &merged)), Err(Refusal::Conflict(_))),
                "{from} {into}"
            );
        }
    }

    #[test]
    fn a_merge_that_gives_too_many_aliases_is_refused() {
        let mut from = account("old.com", None);
        from.aliases.extend((0..ALIASES).map(|n| id(&n.to_string())));
        let merged = merge(("old.com", &from), ("acme.com", &account("acme.com", None)));
        let Err(Refusal::Invalid(broken)) = merged else { panic!("it is refused") };
        assert_eq!(broken[0].pointer, "/from");
    }
}
