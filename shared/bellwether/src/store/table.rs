//! The calls to DynamoDB for one whole item. Each is metered and distinguishes a failed condition from a
//! failure. `update.rs` changes parts of an item, `query.rs` reads many, and `transaction.rs` writes several
//! at once. They return boxed futures, so that the SDK's code is compiled once here and not in every
//! function's binary.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use futures_util::future::BoxFuture;

use super::StoreError;
use super::backoff::{TRIES, backoff};
use super::condition::{Condition, Expression};
use super::item::{Item, size};
use super::meter::Meter;

/// The result of a call to the store.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) meter: Arc<Meter>,
}

/// The result of storing a new item.
#[derive(Debug)]
pub enum Placed {
    /// The item was stored.
    Stored,
    /// An item with its key exists and is unchanged.
    Exists(Item),
}

impl Table {
    /// Creates a handle for the table `name`.
    #[must_use]
    pub fn new(client: Client, name: String, meter: Arc<Meter>) -> Self {
        Self { client, name, meter }
    }

    /// Reads the current item.
    pub fn get(&self, key: Item) -> Answer<'_, Option<Item>> {
        Box::pin(async move {
            let request = self.client.get_item().table_name(&self.name).set_key(Some(key));
            let answer = request
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            Ok(answer.item)
        })
    }

    /// Stores an item unless one with its key exists, with one call.
    pub fn put_new(&self, item: Item) -> Answer<'_, Placed> {
        self.put_if(item, Condition::New)
    }

    /// Stores an item if the stored item satisfies the condition. Otherwise returns the stored item.
    pub fn put_if(&self, item: Item, condition: Condition) -> Answer<'_, Placed> {
        Box::pin(async move {
            let bytes = size(&item);
            let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let Expression { text, names, values } = condition.expression();
            let request = request
                .condition_expression(text)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let mut answer = request.clone().send().await;
            for tries in 1..TRIES {
                if !answer.as_ref().is_err_and(conflicts_with_transaction) {
                    break;
                }
                backoff(tries).await;
                answer = request.clone().send().await;
            }
            match answer {
                Ok(answer) => {
                    self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
                    Ok(Placed::Stored)
                }
                Err(error) => {
                    let old = existing(error)?;
                    self.meter.failed_condition(bytes.max(size(&old)));
                    Ok(Placed::Exists(old))
                }
            }
        })
    }

    /// Deletes an item, if it exists.
    pub fn delete(&self, key: Item) -> Answer<'_, ()> {
        Box::pin(async move {
            let request = self.client.delete_item().table_name(&self.name).set_key(Some(key));
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            Ok(())
        })
    }

    /// Stores an item, and replaces an existing one.
    pub fn put(&self, item: Item) -> Answer<'_, ()> {
        Box::pin(async move {
            let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            Ok(())
        })
    }
}

/// Whether a put failed because of a transaction on its item. The SDK does not retry such a put.
fn conflicts_with_transaction(error: &SdkError<PutItemError>) -> bool {
    matches!(error, SdkError::ServiceError(service) if service.err().is_transaction_conflict_exception())
}

/// Returns the item that failed the condition of a put.
fn existing(error: SdkError<PutItemError>) -> Result<Item, StoreError> {
    if let SdkError::ServiceError(service) = &error
        && let PutItemError::ConditionalCheckFailedException(failed) = service.err()
    {
        return Ok(failed.item.clone().unwrap_or_default());
    }
    Err(error.into())
}
