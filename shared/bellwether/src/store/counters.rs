//! Persistent counts of sign-ins by outcome. A count is spread over several items, because DynamoDB accepts
//! about 1,000 writes a second to one.

use futures_util::future::try_join_all;

use super::StoreError;
use super::item::{Item, key};
use super::schema::COUNT;
use super::table::Table;

/// The number of items over which a count is spread.
pub const SHARDS: u8 = 8;

/// The outcome of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// A user signed in.
    Succeeded,
    /// The e-mail address or the password was wrong.
    Failed,
}

impl SignIn {
    /// All counted outcomes. Attempts that have to wait are not counted, because otherwise any caller could
    /// cause writes.
    pub const ALL: [Self; 2] = [Self::Succeeded, Self::Failed];

    /// The outcome's name in keys, metrics and the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// Counters in the `identities` table.
#[derive(Debug)]
pub struct Counters {
    table: Table,
}

impl Counters {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Counts a sign-in in the shard that a random byte selects.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn sign_in(&self, outcome: SignIn, random: u8) -> Result<(), StoreError> {
        self.table.count(counter(outcome, random % SHARDS), 1, None, None).await.map(|_| ())
    }

    /// Returns the number of sign-ins with this outcome since the deployment. Each part is read consistently,
    /// so the count never decreases.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn signed_in(&self, outcome: SignIn) -> Result<u64, StoreError> {
        let parts = (0..SHARDS).map(|shard| self.table.get(counter(outcome, shard)));
        let parts = try_join_all(parts).await?;
        let count = |item: &Item| item.get(COUNT).and_then(|count| count.as_n().ok()?.parse::<u64>().ok());
        parts
            .iter()
            .flatten()
            .map(|item| count(item).ok_or_else(|| StoreError::broken("a counter is not a number")))
            .sum()
    }
}

fn counter(outcome: SignIn, shard: u8) -> Item {
    key(format!("counter/sign-in/{}/{shard}", outcome.as_str()))
}
