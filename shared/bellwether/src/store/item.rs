//! Stored items: keys, texts and sizes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::schema::{PK, SK};
use crate::auth::users::UserId;

/// A stored item: attribute names and values.
pub type Item = HashMap<String, AttributeValue>;

/// The key in a table with only a partition key.
#[must_use]
pub fn key(pk: impl Into<String>) -> Item {
    HashMap::from([(PK.to_owned(), AttributeValue::S(pk.into()))])
}

/// The key of a user's item.
pub(super) fn user_key(user_id: &UserId) -> Item {
    key(format!("user/{user_id}"))
}

/// The key in a table with a sort key.
#[must_use]
pub fn sorted_key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    let mut item = key(pk);
    item.insert(SK.to_owned(), AttributeValue::S(sk.into()));
    item
}

/// Returns a text attribute of an item.
///
/// # Errors
/// When the item has no such text.
pub fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| StoreError::Broken(format!("an item has no text {name}")))
}

/// A text as an attribute.
#[must_use]
pub fn text_value(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// The size of an item as DynamoDB counts it, exact for texts and approximate otherwise.
pub(super) fn size(item: &Item) -> usize {
    fn of(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(digits) => digits.len() / 2 + 2,
            AttributeValue::M(map) => 3 + map.iter().map(|(k, v)| 1 + k.len() + of(v)).sum::<usize>(),
            AttributeValue::L(list) => 3 + list.iter().map(|v| 1 + of(v)).sum::<usize>(),
            _ => 1,
        }
    }
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}
