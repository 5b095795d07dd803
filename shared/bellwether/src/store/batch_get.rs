//! Reads of up to 100 items of a table with one call.

use std::time::Duration;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use super::StoreError;
use super::item::Item;
use super::table::{Answer, Table};

/// The pause before keys that DynamoDB left unprocessed are requested again, as DynamoDB recommends.
const PAUSE: Duration = Duration::from_millis(50);

/// The number of times that unprocessed keys are requested again.
const RETRIES: usize = 3;

/// The result of one call.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The existing items, in any order.
    pub items: Vec<Item>,
    /// The keys that DynamoDB did not process for lack of capacity. Request them again.
    pub unread: Vec<Item>,
}

/// The consistency of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// The current state.
    Consistent,
    /// The state of a moment ago, at half the cost.
    Eventual,
}

impl Table {
    /// Reads the current items with these keys, in any order. Keys without an item are omitted. Makes one
    /// call for up to 100 distinct keys, unless DynamoDB leaves some unprocessed.
    pub fn get_all(&self, keys: Vec<Item>) -> Answer<'_, Vec<Item>> {
        self.get_every(keys, Read::Consistent)
    }

    /// Does the same with this consistency.
    pub(super) fn get_every(&self, keys: Vec<Item>, consistency: Read) -> Answer<'_, Vec<Item>> {
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
                let read = self.get_some(left, consistency).await?;
                found.extend(read.items);
                left = read.unread;
            }
            Ok(found)
        })
    }

    /// Reads the items with up to 100 distinct keys, with one call.
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
