//! Several writes to any tables that are made together or not at all.

#[cfg(test)]
mod tests;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Put, ReturnConsumedCapacity, TransactWriteItem, Update,
};

use super::StoreError;
use super::backoff::{TRIES, backoff};
use super::condition::{Condition, Expression};
use super::item::Item;
use super::table::{Answer, Table};

/// One write of a transaction.
#[derive(Debug)]
pub struct Write {
    table: String,
    effect: Effect,
}

#[derive(Debug)]
enum Effect {
    /// Puts the whole item, under a condition on the stored one.
    Put(Item, Condition),
    /// Adds `by` to the number `name` of the item with this key, under a condition.
    Add { key: Item, name: &'static str, by: i64, condition: Condition },
    /// Sets the text `name` of the item with this key, under a condition.
    Set { key: Item, name: &'static str, text: String, condition: Condition },
    /// Adds the members of a set to the set `name` of the item with this key. Creates what is missing.
    Include { key: Item, name: &'static str, members: AttributeValue },
    /// Changes nothing. Checks the condition on the item with this key.
    Check(Item, Condition),
}

impl Table {
    /// A write that puts an item into this table, for [`Self::write_all`].
    #[must_use]
    pub fn write(&self, item: Item, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Put(item, condition) }
    }

    /// A write that adds `by` to a number of a stored item, if the number exists and is at least `from`.
    #[must_use]
    pub fn add(&self, key: Item, name: &'static str, by: i64, from: i64) -> Write {
        let condition = Condition::AtLeast(name, number(from));
        Write { table: self.name.clone(), effect: Effect::Add { key, name, by, condition } }
    }

    /// A write that adds 1 to a number, if it is missing or below `most`.
    #[must_use]
    pub fn count_below(&self, key: Item, name: &'static str, most: i64) -> Write {
        let condition = Condition::Below(name, number(most));
        Write { table: self.name.clone(), effect: Effect::Add { key, name, by: 1, condition } }
    }

    /// A write that sets a text of a stored item, if `condition` applies to it.
    #[must_use]
    pub fn set(&self, key: Item, name: &'static str, text: String, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Set { key, name, text, condition } }
    }

    /// A write that adds the members of a set to a set of an item. The item and the set need not exist.
    #[must_use]
    pub fn include(&self, key: Item, name: &'static str, members: AttributeValue) -> Write {
        Write { table: self.name.clone(), effect: Effect::Include { key, name, members } }
    }

    /// A write that changes nothing: the transaction requires that `condition` applies to a stored item.
    #[must_use]
    pub fn check(&self, key: Item, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Check(key, condition) }
    }

    /// Makes all writes or none, in any tables. The inner error is the index of the first write whose
    /// condition failed.
    pub fn write_all(&self, writes: Vec<Write>) -> Answer<'_, Result<(), usize>> {
        Box::pin(async move {
            let parts = writes.into_iter().map(Write::part).collect::<Result<Vec<_>, _>>();
            let parts = parts.map_err(StoreError::broken)?;
            let mut tries = 1;
            loop {
                match self.transact(parts.clone()).await {
                    Ok(()) => return Ok(Ok(())),
                    Err(Cancelled::Condition(index)) => return Ok(Err(index)),
                    Err(Cancelled::Conflict(_)) if tries < TRIES => backoff(tries).await,
                    Err(Cancelled::Conflict(why)) => return Err(StoreError::Unavailable(why)),
                    Err(Cancelled::Failed(error)) => return Err(error),
                }
                tries += 1;
            }
        })
    }

    async fn transact(&self, parts: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        let request = self.client.transact_write_items().set_transact_items(Some(parts));
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        for table in answer.map_err(Cancelled::by)?.consumed_capacity.unwrap_or_default() {
            self.meter.consumed(table.capacity_units);
        }
        Ok(())
    }
}

impl Write {
    fn part(self) -> Result<TransactWriteItem, BuildError> {
        let item = TransactWriteItem::builder();
        Ok(match self.effect {
            Effect::Put(whole, condition) => {
                let Expression { text, names, values } = condition.expression();
                let put = Put::builder()
                    .table_name(self.table)
                    .set_item(Some(whole))
                    .condition_expression(text)
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(values);
                item.put(put.build()?).build()
            }
            Effect::Add { key, name, by, condition } => {
                let update = update(self.table, key, name, number(by), condition);
                item.update(update.update_expression("ADD #name :value").build()?).build()
            }
            Effect::Set { key, name, text, condition } => {
                let update = update(self.table, key, name, AttributeValue::S(text), condition);
                item.update(update.update_expression("SET #name = :value").build()?).build()
            }
            Effect::Include { key, name, members } => {
                let update = Update::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .expression_attribute_names("#name", name)
                    .expression_attribute_values(":value", members)
                    .update_expression("ADD #name :value");
                item.update(update.build()?).build()
            }
            Effect::Check(key, condition) => {
                let Expression { text, names, values } = condition.expression();
                let check = ConditionCheck::builder()
                    .table_name(self.table)
                    .set_key(Some(key))
                    .condition_expression(text)
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(values);
                item.condition_check(check.build()?).build()
            }
        })
    }
}

/// An update of the attribute `#name` by `:value`, without its expression.
fn update(
    table: String,
    key: Item,
    name: &str,
    value: AttributeValue,
    condition: Condition,
) -> UpdateBuilder {
    let Expression { text, names, values } = condition.expression();
    Update::builder()
        .table_name(table)
        .set_key(Some(key))
        .condition_expression(text)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(values)
        .expression_attribute_names("#name", name)
        .expression_attribute_values(":value", value)
}

fn number(n: i64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

/// The reason why a transaction changed nothing.
enum Cancelled {
    /// The condition of the write at this index failed. The first index, if several failed.
    Condition(usize),
    /// Another transaction was in progress on one of its items.
    Conflict(String),
    /// Any other failure.
    Failed(StoreError),
}

impl Cancelled {
    fn by(error: SdkError<TransactWriteItemsError>) -> Self {
        if let SdkError::ServiceError(service) = &error
            && let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
        {
            let reasons =
                cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
            let reasons: Vec<&str> = reasons.collect();
            if let Some(index) = reasons.iter().position(|reason| *reason == "ConditionalCheckFailed") {
                return Self::Condition(index);
            }
            let why = format!("a transaction was cancelled: {reasons:?}");
            if reasons.contains(&"TransactionConflict") {
                return Self::Conflict(why);
            }
            let passing = ["ThrottlingError", "ProvisionedThroughputExceeded"];
            if reasons.iter().any(|reason| passing.contains(reason)) {
                return Self::Failed(StoreError::Unavailable(why));
            }
        }
        Self::Failed(error.into())
    }
}
