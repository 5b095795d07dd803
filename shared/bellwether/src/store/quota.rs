//! How much a workspace may have. Each kind is counted in one item, in the transaction that adds one: of those who
//! come at once for the last place one gets it.

use super::audit::Realm;
use super::item::key;
use super::schema::COUNT;
use super::table::Table;
use super::transaction::Write;
use crate::config::Quotas;

/// What is counted. Nothing of it is ever deleted, so the counts never go down: an archived test keeps its
/// events and its results, and a person or machine that is disabled its place in the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Tests, archived ones among them.
    Tests,
    /// People, disabled ones among them.
    Users,
    /// Machines, disabled ones among them.
    Clients,
}

/// A workspace has as many of a kind as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    quota: Quota,
    most: u32,
}

impl Quota {
    /// What counts one more in the workspace, and what it is when there is no room.
    pub(super) fn one_more(self, identities: &Table, quotas: &Quotas, realm: &Realm) -> (Write, Reached) {
        let most = self.most(quotas);
        let key = key(format!("quota/{}/{}", String::from(realm.clone()), self.name()));
        (identities.count_below(key, COUNT, most.into()), Reached { quota: self, most })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Users => "users",
            Self::Clients => "clients",
        }
    }

    fn most(self, quotas: &Quotas) -> u32 {
        match self {
            Self::Tests => quotas.tests,
            Self::Users => quotas.users,
            Self::Clients => quotas.clients,
        }
    }
}

impl std::fmt::Display for Reached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = self.most;
        let (kind, way_out) = match self.quota {
            Quota::Tests => ("tests, archived ones included", "the operator can raise QUOTA_TESTS"),
            Quota::Users => ("users, disabled ones included", "the operator can raise QUOTA_USERS"),
            Quota::Clients => (
                "clients, disabled ones included",
                "replace the secret of one, or let the operator raise QUOTA_CLIENTS",
            ),
        };
        write!(f, "The workspace has reached its quota of {most} {kind}; {way_out}.")
    }
}
