//! Reading up to 100 items of a table by one call.

use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use super::StoreError;
use super::item::Item;
use super::table::{Answer, Table};

/// Between two calls, when DynamoDB has left keys unread: it asks for a pause.
const PAUSE: Duration = Duration::from_millis(50);

/// How often keys that were left unread are asked for again.
const RETRIES: usize = 3;

/// What one call brought back.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The items that are there, in no order.
    pub items: Vec<Item>,
    /// The keys that DynamoDB had no capacity for: ask for them again.
    pub unread: Vec<Item>,
}

/// How current what is read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// As it stands now.
    Consistent,
    /// As it stood a moment ago, at half the price.
    Eventual,
}

impl Table {
    /// Reads the items with these keys, as they stand now, in no order; keys without an item are left out. One call
    /// for up to 100 keys that differ, unless DynamoDB leaves some unread.
    pub fn get_all(&self, keys: Vec<Item>) -> Answer<'_, Vec<Item>> {
        Box::pin(async move {
            let (mut found, mut left, mut tries) = (Vec::new(), keys, 0);
            while !left.is_empty() {
                if tries > RETRIES {
                    return Err(StoreError::Unavailable("keys of a batch were left unread".to_owned()));
                }
                if tries > 0 {
                    tokio::time::sleep(PAUSE).await;
                }
                tries += 1;
                let read = self.get_some(left, Read::Consistent).await?;
                found.extend(read.items);
                left = read.unread;
            }
            Ok(found)
        })
    }

    /// Reads the items with these keys, at most 100 that differ, by one call.
    pub(super) fn get_some(&self, keys: Vec<Item>, read: Read) -> Answer<'_, Found> {
        Box::pin(async move {
            let consistent = read == Read::Consistent;
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent);
            let keys = keys.build().map_err(StoreError::broken)?;
            let request = self.client.batch_get_item().request_items(&self.name, keys);
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
            for own in answer.consumed_capacity() {
                self.meter.consumed(own.capacity_units);
            }
            let items = answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default();
            let unread = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
            Ok(Found { items, unread: unread.map(|own| own.keys).unwrap_or_default() })
        })
    }
}
