//! Joins two accounts that turned out to be one company.

use super::upsert::{Refused, field};
use super::{ALIASES, Account};
use crate::clock::Timestamp;

impl Account {
    /// Returns this account after `from` was merged into it: the id and the aliases of `from` become its aliases, and
    /// `from` gives the attributes, the covariate and the parent that this account does not have. Rows that were
    /// stored under these aliases keep them, and results unite them.
    ///
    /// # Errors
    /// Returns a conflict if both are the same account, and the field that is invalid for the merged account.
    pub fn merged_with(&self, from: &Self, now: Timestamp) -> Result<Self, Refused> {
        if self.unit_id == from.unit_id {
            return Err(Refused::Conflict("from and into are the same account already.".to_owned()));
        }
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
    use crate::experiment::UnitId;

    fn now() -> Timestamp {
        Timestamp::from_millis(9)
    }

    #[test]
    fn a_merged_account_has_the_names_of_both_and_its_own_values_first() {
        let mut into = account("acme.com", Some("old.com"));
        let mut from = account("old.com", Some("group.com"));
        from.aliases.insert(UnitId::parse("0015").unwrap());
        into.covariate = Some(2.0);
        from.covariate = Some(3.0);
        let merged = into.merged_with(&from, now()).unwrap();
        for name in ["acme.com", "old.com", "0015"] {
            assert!(merged.is_named(&UnitId::parse(name).unwrap()), "{name}");
        }
        assert_eq!(merged.unit_id.as_str(), "acme.com");
        assert_eq!((merged.covariate, merged.revision), (Some(2.0), 2));
        assert_eq!(merged.parent.unwrap().as_str(), "group.com", "the account is not its own parent");
    }

    #[test]
    fn a_merge_with_itself_and_one_with_too_many_aliases_are_refused() {
        let into = account("acme.com", None);
        assert!(matches!(into.merged_with(&into, now()), Err(Refused::Conflict(_))));
        let mut from = account("old.com", None);
        from.aliases.extend((0..ALIASES).map(|n| UnitId::parse(n.to_string()).unwrap()));
        let Err(Refused::Field(broken)) = into.merged_with(&from, now()) else { panic!("it is refused") };
        assert_eq!(broken.pointer, "/from");
    }
}
