//! Opens the connection to DynamoDB before the first request.

use super::Store;
use super::schema::TableName;
use super::table::{Answer, Table};
use aws_sdk_dynamodb::types::AttributeValue;

/// A key that no item has: it is neither the name of a workspace nor the key of a user.
const NO_ITEM: &str = ".";

/// A table from which functions read items by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyed {
    /// [`TableName::Tests`].
    Tests,
    /// [`TableName::Identities`].
    Identities,
}

impl Keyed {
    /// The table.
    #[must_use]
    pub const fn name(self) -> TableName {
        match self {
            Self::Tests => TableName::Tests,
            Self::Identities => TableName::Identities,
        }
    }
}

impl Store {
    /// Reads an item that does not exist, which costs one capacity unit. The connection then stays open for
    /// the next call, and the code of calls is loaded.
    pub fn reach(&self, table: Keyed) -> Answer<'_, ()> {
        let handle: &Table = match table {
            Keyed::Tests => &self.experiments.table,
            Keyed::Identities => &self.identities.table,
        };
        let no_item = || AttributeValue::S(NO_ITEM.to_owned());
        let key = table.name().key().iter().map(|name| ((*name).to_owned(), no_item()));
        let read = handle.get(key.collect());
        Box::pin(async move { read.await.map(drop) })
    }
}
