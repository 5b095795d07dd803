//! The public halves of the keys that sign receipts.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{DOCUMENT, Privacy};
use crate::store::StoreError;
use crate::store::item::{sorted_key, text};
use crate::store::query::Query;

/// The partition of the keys. No workspace has this name.
const KEYS: &str = "-";

impl Privacy {
    /// Publishes the public half of a key that signs receipts, a JWK with the id `kid`.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn publish_key(&self, kid: &str, jwk: &str) -> Result<(), StoreError> {
        let mut item = sorted_key(KEYS, kid);
        item.insert(DOCUMENT.to_owned(), AttributeValue::S(jwk.to_owned()));
        self.table.put_new(item).await.map(drop)
    }

    /// Returns the published public halves.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn keys(&self) -> Result<Vec<String>, StoreError> {
        let page = self.table.query(Query::of(KEYS)).await?;
        page.items.iter().map(|item| text(item, DOCUMENT).map(str::to_owned)).collect()
    }
}
