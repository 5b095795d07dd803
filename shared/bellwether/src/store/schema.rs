//! The tables and the names of their keys. Only this module defines them. The local server and the tests
//! create tables from it, and a test compares the deployed tables with it.

mod creating;

pub use creating::create_all;

/// The partition key of every table.
pub const PK: &str = "pk";
/// The sort key of every table that has one.
pub const SK: &str = "sk";
/// The number in a counter item.
pub const COUNT: &str = "count";
/// Seconds since 1970 after which DynamoDB may delete an item. Reads check it too.
pub const TTL: &str = "expires_at";
/// The sparse index of `tests` with the tests to aggregate.
pub const RUNNING: &str = "running";
/// The partition key of [`RUNNING`], present only while a test must be aggregated.
pub const SHARD: &str = "shard";
/// The number of index partitions over which running tests are spread.
pub const SHARDS: u32 = 4;
/// The sort key of [`RUNNING`]: when the test was last aggregated.
pub const AGGREGATED_AT: &str = "aggregated_at";

/// The sparse index of `tests` with the tests of a workspace that assign units or count outcomes.
pub const LIVE: &str = "live";
/// The partition key of [`LIVE`]: the workspace. Drafts and archived tests lack it.
pub const LIVE_IN: &str = "live_in";
/// The sort key of [`LIVE`]: until when a stopped test counts outcomes, or a time that never comes for others. A
/// query skips what has passed, so a stopped test leaves the list without a write.
pub const LIVE_UNTIL: &str = "live_until";

/// The sparse index of `privacy` with the requests that are not done.
pub const PENDING: &str = "pending";
/// The partition key of [`PENDING`], present only while a request is not done.
pub const PENDING_IN: &str = "pending_in";
/// The sort key of [`PENDING`]: when the next pass is due.
pub const DUE_AT: &str = "due_at";

/// The sparse index of `identities` with the users and clients of a workspace.
pub const MEMBERS: &str = "members";
/// The partition key of [`MEMBERS`]: the workspace. Only users and clients have it.
pub const MEMBER_OF: &str = "member_of";
/// The sort key of [`MEMBERS`]: `user` and an e-mail address, or `client` and its id.
pub const MEMBER: &str = "member";
/// The ids and creation times of a client's secrets, without their hashes.
pub const SECRET_IDS: &str = "secret_ids";
/// The attributes in [`MEMBERS`] besides keys: the fields that lists show, and never a hash.
pub const SHOWN: [&str; 11] = [
    "user_id",
    "email",
    "role",
    "client_id",
    "name",
    "scopes",
    SECRET_IDS,
    "workspace",
    "disabled",
    "revision",
    "created_at",
];

/// The index of `accounts` with the accounts and the aliases of a workspace.
pub const DIRECTORY: &str = "directory";
/// The partition key of [`DIRECTORY`]: the workspace for accounts, and `workspace/aliases` for their aliases.
pub const LISTED_IN: &str = "listed_in";
/// The sort key of [`DIRECTORY`]: for an account, when it was created and a random number; for an alias, itself.
pub const PLACE: &str = "place";
/// The id of an account, in its item and in those of its aliases.
pub const UNIT_ID: &str = "unit_id";
/// The document of an account, in its item.
pub const ACCOUNT: &str = "account";

/// The tables. They are separate, so that each function's role has access only to those that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// Definitions of tests and their past revisions.
    Tests,
    /// Assignments and conversions, append-only.
    Events,
    /// Aggregated results.
    Summaries,
    /// Workspaces, users, clients, sessions, throttles.
    Identities,
    /// Audit records.
    Audit,
    /// The directory of accounts.
    Accounts,
    /// Privacy requests, and the pseudonyms of erased accounts.
    Privacy,
}

impl TableName {
    /// All tables.
    pub const ALL: [Self; 7] = [
        Self::Tests,
        Self::Events,
        Self::Summaries,
        Self::Identities,
        Self::Audit,
        Self::Accounts,
        Self::Privacy,
    ];

    /// The table's own name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Events => "events",
            Self::Summaries => "summaries",
            Self::Identities => "identities",
            Self::Audit => "audit",
            Self::Accounts => "accounts",
            Self::Privacy => "privacy",
        }
    }

    /// The table's name in the deployment with the prefix `prefix`.
    #[must_use]
    pub fn in_deployment(self, prefix: &str) -> String {
        format!("{prefix}-{}", self.as_str())
    }

    /// The names of its key: partition key and, except for identities and accounts, sort key.
    #[must_use]
    pub fn key(self) -> &'static [&'static str] {
        if matches!(self, Self::Identities | Self::Accounts) { &[PK] } else { &[PK, SK] }
    }

    /// Its indexes.
    #[must_use]
    pub fn indexes(self) -> &'static [Index] {
        match self {
            Self::Tests => &[
                Index { name: RUNNING, key: [SHARD, AGGREGATED_AT], holds: &[] },
                Index { name: LIVE, key: [LIVE_IN, LIVE_UNTIL], holds: &[] },
            ],
            Self::Identities => &[Index { name: MEMBERS, key: [MEMBER_OF, MEMBER], holds: &SHOWN }],
            Self::Accounts => {
                &[Index { name: DIRECTORY, key: [LISTED_IN, PLACE], holds: &[UNIT_ID, ACCOUNT] }]
            }
            Self::Privacy => &[Index { name: PENDING, key: [PENDING_IN, DUE_AT], holds: &[] }],
            Self::Events | Self::Summaries | Self::Audit => &[],
        }
    }

    /// Whether its items may expire.
    #[must_use]
    pub fn expires(self) -> bool {
        matches!(self, Self::Identities | Self::Summaries | Self::Accounts | Self::Privacy)
    }
}

/// A secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The names of its partition and sort key.
    pub key: [&'static str; 2],
    /// The attributes in the index besides keys.
    pub holds: &'static [&'static str],
}
