//! The parents of an account, up to the topmost one.

use super::Account;
use crate::experiment::UnitId;

/// The maximum number of levels, with the account itself.
pub const LEVELS: usize = 8;

/// Why the topmost parent of an account is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTop {
    /// The account would be a parent of itself.
    #[error("makes the account a parent of itself")]
    Cycle,
    /// There are too many levels.
    #[error("has too many levels: an account and its parents can be {LEVELS} levels")]
    TooDeep,
}

/// The accounts from one up to its topmost parent, as far as they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    ids: Vec<UnitId>,
}

impl Chain {
    /// Begins with the account itself.
    #[must_use]
    pub fn from(unit_id: UnitId) -> Self {
        Self { ids: vec![unit_id] }
    }

    /// Adds the next parent, and returns the name of the parent after it, if there is one.
    ///
    /// # Errors
    /// Returns an error if the account is already part of the chain, or the chain is too long.
    pub fn climb<'a>(&mut self, parent: &'a Account) -> Result<Option<&'a UnitId>, NoTop> {
        if self.ids.contains(&parent.unit_id) {
            return Err(NoTop::Cycle);
        }
        if self.ids.len() == LEVELS {
            return Err(NoTop::TooDeep);
        }
        self.ids.push(parent.unit_id.clone());
        Ok(parent.parent.as_ref())
    }

    /// Returns the last account that was added: the topmost parent once there is no further one.
    #[must_use]
    pub fn top(&self) -> Option<&UnitId> {
        self.ids.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::account;

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    #[test]
    fn a_chain_ends_at_the_topmost_parent() {
        let (middle, top) = (account("m", Some("t")), account("t", None));
        let mut chain = Chain::from(id("a"));
        assert_eq!(chain.climb(&middle), Ok(Some(&id("t"))));
        assert_eq!(chain.climb(&top), Ok(None));
        assert_eq!(chain.top(), Some(&id("t")));
    }

    #[test]
    fn a_cycle_and_a_ninth_level_are_refused() {
        let mut chain = Chain::from(id("a"));
        chain.climb(&account("b", Some("a"))).unwrap();
        assert_eq!(chain.climb(&account("a", Some("b"))), Err(NoTop::Cycle));
        let mut chain = Chain::from(id("0"));
        for level in 1..LEVELS {
            chain.climb(&account(&level.to_string(), Some("x"))).unwrap();
        }
        assert_eq!(chain.climb(&account("8", None)), Err(NoTop::TooDeep));
    }
}
