//! The few calls that Bellwether makes to DynamoDB about one item, each metered, each telling a failed
//! condition from a failure; reading many is in `query.rs`, writing several at once in `transaction.rs`. They return boxed futures so that the SDK's code is compiled here once and not
//! in every function's binary.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use futures_util::future::BoxFuture;

use super::StoreError;
use super::condition::{Condition, Expression};
use super::item::{Item, size};
use super::meter::Meter;
use super::schema::{COUNT, TTL};

/// What a call to the store brings back.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) meter: Arc<Meter>,
}

/// What became of an item that was to be new.
#[derive(Debug)]
pub enum Placed {
    /// It is stored.
    Stored,
    /// One with its key was there before, and is unchanged.
    Exists(Item),
}

impl Table {
    /// The table called `name`.
    #[must_use]
    pub fn new(client: Client, name: String, meter: Arc<Meter>) -> Self {
        Self { client, name, meter }
    }

    /// Reads one item, as it stands now.
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

    /// Stores an item unless there is one with its key: one call either way.
    pub fn put_new(&self, item: Item) -> Answer<'_, Placed> {
        self.put_if(item, Condition::New)
    }

    /// Stores an item if the condition holds of the stored one; else brings that back.
    pub fn put_if(&self, item: Item, condition: Condition) -> Answer<'_, Placed> {
        Box::pin(async move {
            let bytes = size(&item);
            let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let Expression { text, names, values } = condition.expression();
            let answer = request
                .condition_expression(text)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
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

    /// Sets one attribute if another still has the expected value; false when it has not.
    pub fn set_if(
        &self,
        key: Item,
        set: (&'static str, AttributeValue),
        expected: (&'static str, AttributeValue),
    ) -> Answer<'_, bool> {
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key));
        self.update_if(
            request
                .update_expression("SET #set = :set")
                .expression_attribute_names("#set", set.0)
                .expression_attribute_values(":set", set.1),
            expected,
        )
    }

    /// Removes two attributes if another still has the expected value; false when it has not.
    pub fn remove_if(
        &self,
        key: Item,
        names: [&'static str; 2],
        expected: (&'static str, AttributeValue),
    ) -> Answer<'_, bool> {
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key));
        self.update_if(
            request
                .update_expression("REMOVE #first, #second")
                .expression_attribute_names("#first", names[0])
                .expression_attribute_names("#second", names[1]),
            expected,
        )
    }

    fn update_if(
        &self,
        request: UpdateItemFluentBuilder,
        expected: (&'static str, AttributeValue),
    ) -> Answer<'_, bool> {
        let request = request
            .condition_expression("#expected = :expected")
            .expression_attribute_names("#expected", expected.0)
            .expression_attribute_values(":expected", expected.1)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        Box::pin(async move {
            match request.send().await {
                Ok(answer) => {
                    self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
                    Ok(true)
                }
                Err(SdkError::ServiceError(error))
                    if matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
                {
                    self.meter.failed_condition(0);
                    Ok(false)
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Adds `by` to the number `count` of an item that expires at `expires_at`, seconds since 1970, if
    /// it ever does; the item is made if it is not there. None, and nothing is changed, when the
    /// number has reached `below`.
    pub fn count(
        &self,
        key: Item,
        by: i64,
        below: Option<i64>,
        expires_at: Option<i64>,
    ) -> Answer<'_, Option<i64>> {
        let number = |n: i64| AttributeValue::N(n.to_string());
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key));
        let mut request = request
            .expression_attribute_names("#count", COUNT)
            .expression_attribute_values(":by", number(by))
            .return_values(ReturnValue::UpdatedNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if let Some(below) = below {
            request = request
                .condition_expression("attribute_not_exists(#count) OR #count < :below")
                .expression_attribute_values(":below", number(below));
        }
        request = match expires_at {
            Some(at) => request
                .update_expression("ADD #count :by SET #ttl = :ttl")
                .expression_attribute_names("#ttl", TTL)
                .expression_attribute_values(":ttl", number(at)),
            None => request.update_expression("ADD #count :by"),
        };
        Box::pin(async move {
            match request.send().await {
                Ok(answer) => {
                    self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
                    let now = answer.attributes().and_then(|item| item.get(COUNT)?.as_n().ok()?.parse().ok());
                    now.map(Some).ok_or_else(|| StoreError::broken("a counter is no number"))
                }
                Err(SdkError::ServiceError(error))
                    if matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
                {
                    self.meter.failed_condition(0);
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Stores an item, whatever was there.
    pub fn put(&self, item: Item) -> Answer<'_, ()> {
        Box::pin(async move {
            let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            Ok(())
        })
    }
}

/// The item that made a put fail its condition.
fn existing(error: SdkError<PutItemError>) -> Result<Item, StoreError> {
    if let SdkError::ServiceError(service) = &error
        && let PutItemError::ConditionalCheckFailedException(failed) = service.err()
    {
        return Ok(failed.item.clone().unwrap_or_default());
    }
    Err(error.into())
}
