//! Quotas of a workspace. Each kind is counted in one item, in the transaction that creates an item of the
//! kind. Of concurrent requests for the last free one, only one succeeds.

use super::audit::Realm;
use super::item::key;
use super::schema::COUNT;
use super::table::Table;
use super::transaction::Write;
use crate::config::Quotas;

/// A kind of counted items. They are never deleted, so counts never decrease: an archived test keeps its
/// events and results, and the audit still names a disabled user or client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Tests, including archived ones.
    Tests,
    /// Users, including disabled ones.
    Users,
    /// Clients, including disabled ones.
    Clients,
}

/// A workspace has reached a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    quota: Quota,
    most: u32,
}

impl Quota {
    /// The write that counts one more item in the workspace, and the error when the quota is reached.
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
