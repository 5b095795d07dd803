//! Conditions on stored items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::schema::PK;

/// A condition on the stored item, without which a write fails.
#[derive(Debug)]
pub enum Condition {
    /// No item has this key.
    New,
    /// No item has this key, or the item does not have this attribute.
    Without(&'static str),
    /// The attribute has this value.
    Equals(&'static str, AttributeValue),
    /// The attribute is at least this value.
    AtLeast(&'static str, AttributeValue),
    /// The attribute is missing or below this value.
    Below(&'static str, AttributeValue),
    /// Each of these attributes has this value. At most ten.
    All(Vec<(&'static str, AttributeValue)>),
}

/// A condition in DynamoDB's form. Names and values are always bound, so that stored text is never parsed as
/// an expression.
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: Option<HashMap<String, AttributeValue>>,
}

impl Condition {
    /// The condition in DynamoDB's form.
    pub(super) fn expression(self) -> Expression {
        let (text, bound) = match self {
            Self::New => ("attribute_not_exists(#0)".to_owned(), vec![(PK, None)]),
            Self::Without(name) => ("attribute_not_exists(#0)".to_owned(), vec![(name, None)]),
            Self::Equals(name, value) => ("#0 = :0".to_owned(), vec![(name, Some(value))]),
            Self::AtLeast(name, value) => ("#0 >= :0".to_owned(), vec![(name, Some(value))]),
            Self::Below(name, value) => {
                ("attribute_not_exists(#0) OR #0 < :0".to_owned(), vec![(name, Some(value))])
            }
            Self::All(all) => {
                let each: Vec<_> = (0..all.len()).map(|n| format!("#{n} = :{n}")).collect();
                (each.join(" AND "), all.into_iter().map(|(name, value)| (name, Some(value))).collect())
            }
        };
        let (mut names, mut values) = (HashMap::new(), HashMap::new());
        for (n, (name, value)) in bound.into_iter().enumerate() {
            names.insert(format!("#{n}"), name.to_owned());
            values.extend(value.map(|value| (format!(":{n}"), value)));
        }
        Expression { text, names, values: Some(values).filter(|values| !values.is_empty()) }
    }
}
