//! Changes of a part of an item: an attribute under a condition, or a counter.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};

use super::StoreError;
use super::item::Item;
use super::schema::{COUNT, TTL};
use super::table::{Answer, Table};

impl Table {
    /// Sets one attribute if another has the expected value. False when it has not.
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

    /// Removes two attributes if another has the expected value. False when it has not.
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

    /// Adds `by` to the number `count` of an item that expires at `expires_at`, seconds since 1970, if it
    /// expires at all. Creates a missing item. Returns None, and changes nothing, when the number has reached
    /// `below`.
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
                    now.map(Some).ok_or_else(|| StoreError::broken("a counter is not a number"))
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
}
