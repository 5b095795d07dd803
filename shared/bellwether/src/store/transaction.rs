//! Several writes that happen together or not at all, in whatever tables.

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

/// One write of several that happen together or not at all.
#[derive(Debug)]
pub struct Write {
    table: String,
    effect: Effect,
}

#[derive(Debug)]
enum Effect {
    /// The whole item, and what must hold of the stored one.
    Put(Item, Condition),
    /// The item with this key: its number of this name, what is added to it, and what must hold before.
    Add { key: Item, name: &'static str, by: i64, condition: Condition },
    /// The item with this key: its text of this name, and what must hold before.
    Set { key: Item, name: &'static str, text: String, condition: Condition },
    /// Nothing of the item with this key: only what must hold of it.
    Check(Item, Condition),
}

impl Table {
    /// One write of several to be handed to [`Self::write_all`], of this table or another's.
    #[must_use]
    pub fn write(&self, item: Item, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Put(item, condition) }
    }

    /// Another: adds `by` to a number of a stored item, if it is there and at least `from`.
    #[must_use]
    pub fn add(&self, key: Item, name: &'static str, by: i64, from: i64) -> Write {
        let condition = Condition::AtLeast(name, number(from));
        Write { table: self.name.clone(), effect: Effect::Add { key, name, by, condition } }
    }

    /// Another: adds 1 to a number of an item that need not be there, if it is below `most`.
    #[must_use]
    pub fn count_below(&self, key: Item, name: &'static str, most: i64) -> Write {
        let condition = Condition::Below(name, number(most));
        Write { table: self.name.clone(), effect: Effect::Add { key, name, by: 1, condition } }
    }

    /// Another: sets a text of a stored item, if `condition` holds of it.
    #[must_use]
    pub fn set(&self, key: Item, name: &'static str, text: String, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Set { key, name, text, condition } }
    }

    /// Another, which changes nothing: the others happen only if `condition` holds of a stored item.
    #[must_use]
    pub fn check(&self, key: Item, condition: Condition) -> Write {
        Write { table: self.name.clone(), effect: Effect::Check(key, condition) }
    }

    /// Makes all writes or none, in whatever tables. Inside: the place of the first write whose condition failed.
    pub fn write_all(&self, writes: Vec<Write>) -> Answer<'_, Result<(), usize>> {
        Box::pin(async move {
            let parts = writes.into_iter().map(Write::part).collect::<Result<Vec<_>, _>>();
            let parts = parts.map_err(StoreError::broken)?;
            let mut tries = 1;
            loop {
                match self.transact(parts.clone()).await {
                    Ok(()) => return Ok(Ok(())),
                    Err(Cancelled::Condition(place)) => return Ok(Err(place)),
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

/// An update of the attribute `#name` by `:value`, but for what is done.
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

/// Why a transaction changed nothing.
enum Cancelled {
    /// The condition of the write at this place failed; the first, if several did.
    Condition(usize),
    /// Another transaction was under way on one of its items.
    Conflict(String),
    /// Anything else.
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
            if let Some(place) = reasons.iter().position(|reason| *reason == "ConditionalCheckFailed") {
                return Self::Condition(place);
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
