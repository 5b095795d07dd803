//! The few calls that Bellwether makes to DynamoDB, each metered, each telling a failed condition
//! from a failure. They return boxed futures so that the SDK's code is compiled here once and not
//! in every function's binary.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use futures_util::future::BoxFuture;

use super::StoreError;
use super::item::{Item, size};
use super::meter::Meter;
use super::schema::{COUNT, PK, TTL};

/// What a call to the store brings back.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
    meter: Arc<Meter>,
}

/// What became of an item that was to be new.
#[derive(Debug)]
pub enum Placed {
    /// It is stored.
    Stored,
    /// One with its key was there before, and is unchanged.
    Exists(Item),
}

/// One page of a query.
#[derive(Debug, Default)]
pub struct Page {
    /// The items, in key order.
    pub items: Vec<Item>,
    /// Where the next page begins, unless this was the last.
    pub next: Option<Item>,
}

/// Which items to read: those of one partition, as they stand now. An index is read as it stood a
/// moment ago, for DynamoDB keeps no other.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The index and the name of its partition key, to read through it.
    pub index: Option<(&'static str, &'static str)>,
    /// The name of the sort key and what it must begin with.
    pub beginning: Option<(&'static str, &'a str)>,
    /// Where an earlier page ended.
    pub after: Option<Item>,
    /// Most items in the page.
    pub limit: Option<i32>,
    /// In which order of their sort keys.
    pub order: Order,
}

/// An order of sort keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    #[default]
    Rising,
    /// Largest first.
    Falling,
}

impl<'a> Query<'a> {
    /// All of a partition, in rising order, by pages of 1 MB.
    #[must_use]
    pub fn of(partition: &'a str) -> Self {
        Self { partition, ..Self::default() }
    }
}

/// One write of several that happen together or not at all.
#[derive(Debug)]
pub struct Write {
    table: String,
    change: Change,
}

#[derive(Debug)]
enum Change {
    /// The whole item, and what must hold of the stored one.
    Put(Item, Condition),
    /// The item with this key: its number of this name, which must be at least `from`, and what is
    /// added to it.
    Add { key: Item, name: &'static str, by: i64, from: i64 },
}

/// What must hold of the stored item for a write to happen.
#[derive(Debug)]
pub enum Condition {
    /// There is none with this key.
    New,
    /// Its attribute has this value.
    Equals(&'static str, AttributeValue),
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
            let (expression, name, value) = condition.expression();
            let values = value.map(|value| HashMap::from([(":value".to_owned(), value)]));
            let answer = request
                .condition_expression(expression)
                .expression_attribute_names("#name", name)
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
        Box::pin(async move {
            let request = self.client.update_item().table_name(&self.name).set_key(Some(key));
            let answer = request
                .update_expression("SET #set = :set")
                .condition_expression("#expected = :expected")
                .expression_attribute_names("#set", set.0)
                .expression_attribute_values(":set", set.1)
                .expression_attribute_names("#expected", expected.0)
                .expression_attribute_values(":expected", expected.1)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            match answer {
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

    /// One write of several to be handed to [`Self::write_all`], of this table or another's.
    #[must_use]
    pub fn write(&self, item: Item, condition: Condition) -> Write {
        Write { table: self.name.clone(), change: Change::Put(item, condition) }
    }

    /// Another: adds `by` to a number of a stored item, if it is there and at least `from`.
    #[must_use]
    pub fn add(&self, key: Item, name: &'static str, by: i64, from: i64) -> Write {
        Write { table: self.name.clone(), change: Change::Add { key, name, by, from } }
    }

    /// Makes all writes or none, in whatever tables; false when a condition failed.
    pub fn write_all(&self, writes: Vec<Write>) -> Answer<'_, bool> {
        let answer = self.write_all_or_tell(writes);
        Box::pin(async move { Ok(answer.await?.is_ok()) })
    }

    /// The same, telling the place of the first write whose condition failed.
    pub fn write_all_or_tell(&self, writes: Vec<Write>) -> Answer<'_, Result<(), usize>> {
        Box::pin(async move {
            let mut request = self.client.transact_write_items();
            for write in writes {
                request = request.transact_items(write.part().map_err(StoreError::broken)?);
            }
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            match answer {
                Ok(answer) => {
                    let tables = answer.consumed_capacity.unwrap_or_default();
                    for table in tables {
                        self.meter.consumed(table.capacity_units);
                    }
                    Ok(Ok(()))
                }
                Err(error) => lost_race(error).map(Err),
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

    /// Reads one page. A page without a limit has 1 MB and may be one of many under way: it is waited
    /// for longer.
    pub fn query(&self, query: Query<'_>) -> Answer<'_, Page> {
        let mut request = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("#key = :partition")
            .expression_attribute_names("#key", query.index.map_or(PK, |(_, key)| key))
            .expression_attribute_values(":partition", AttributeValue::S(query.partition.to_owned()))
            .set_index_name(query.index.map(|(name, _)| name.to_owned()))
            .set_exclusive_start_key(query.after)
            .set_limit(query.limit)
            .scan_index_forward(query.order == Order::Rising)
            .consistent_read(query.index.is_none())
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if let Some((name, beginning)) = query.beginning {
            request = request
                .key_condition_expression("#key = :partition AND begins_with(#sort, :beginning)")
                .expression_attribute_names("#sort", name)
                .expression_attribute_values(":beginning", AttributeValue::S(beginning.to_owned()));
        }
        let mut config = aws_sdk_dynamodb::config::Builder::new();
        if query.limit.is_none() && query.index.is_none() {
            config = config.timeout_config(whole_page());
        }
        Box::pin(async move {
            let answer = request.customize().config_override(config).send().await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
            Ok(Page { items: answer.items.unwrap_or_default(), next })
        })
    }
}

impl Write {
    fn part(self) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let number = |n: i64| AttributeValue::N(n.to_string());
        let item = TransactWriteItem::builder();
        Ok(match self.change {
            Change::Put(whole, condition) => {
                let (expression, name, value) = condition.expression();
                let put = Put::builder()
                    .table_name(self.table)
                    .set_item(Some(whole))
                    .condition_expression(expression)
                    .expression_attribute_names("#name", name)
                    .set_expression_attribute_values(
                        value.map(|value| HashMap::from([(":value".to_owned(), value)])),
                    );
                item.put(put.build()?).build()
            }
            Change::Add { key, name, by, from } => {
                let update = Update::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .update_expression("ADD #name :by")
                    .condition_expression("#name >= :from")
                    .expression_attribute_names("#name", name)
                    .expression_attribute_values(":by", number(by))
                    .expression_attribute_values(":from", number(from));
                item.update(update.build()?).build()
            }
        })
    }
}

impl Condition {
    /// The expression, the name behind `#name` and the value behind `:value`. Names and values are
    /// always bound, so that nothing stored is ever read as an expression.
    fn expression(self) -> (&'static str, &'static str, Option<AttributeValue>) {
        match self {
            Self::New => ("attribute_not_exists(#name)", PK, None),
            Self::Equals(name, value) => ("#name = :value", name, Some(value)),
        }
    }
}

/// How long a fold waits for a page. Its pages come side by side and are parsed one after the other,
/// which on a slice of a processor takes seconds; the handler's budget bounds the whole.
fn whole_page() -> TimeoutConfig {
    let time = Duration::from_secs;
    TimeoutConfig::builder().operation_attempt_timeout(time(10)).operation_timeout(time(20)).build()
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

/// The place of the first write whose condition failed. Any other reason to cancel, throttling or
/// another transaction under way, passes.
fn lost_race(error: SdkError<TransactWriteItemsError>) -> Result<usize, StoreError> {
    if let SdkError::ServiceError(service) = &error
        && let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
    {
        let reasons = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
        let reasons: Vec<&str> = reasons.collect();
        if let Some(place) = reasons.iter().position(|reason| *reason == "ConditionalCheckFailed") {
            return Ok(place);
        }
        let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
        if reasons.iter().any(|reason| passing.contains(reason)) {
            return Err(StoreError::Unavailable(format!("a transaction was cancelled: {reasons:?}")));
        }
    }
    Err(error.into())
}
