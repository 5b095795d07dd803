//! Several writes that happen together or not at all, in whatever tables.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnConsumedCapacity, TransactWriteItem, Update};

use super::StoreError;
use super::item::Item;
use super::schema::PK;
use super::table::{Answer, Table};

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
    /// Its attribute is not there or comes before this value.
    Below(&'static str, AttributeValue),
}

impl Table {
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
}

impl Write {
    fn part(self) -> Result<TransactWriteItem, BuildError> {
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
    pub(super) fn expression(self) -> (&'static str, &'static str, Option<AttributeValue>) {
        match self {
            Self::New => ("attribute_not_exists(#name)", PK, None),
            Self::Equals(name, value) => ("#name = :value", name, Some(value)),
            Self::Below(name, value) => ("attribute_not_exists(#name) OR #name < :value", name, Some(value)),
        }
    }
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
