//! Reads of a partition, page by page.

use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};

use super::item::Item;
use super::schema::PK;
use super::table::{Answer, Table};

/// A query of one partition's current items. A query of an index is eventually consistent, because DynamoDB
/// offers nothing else.
#[derive(Debug, Clone, Default)]
pub struct Query<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The index and the name of its partition key, for a query of an index.
    pub index: Option<(&'static str, &'static str)>,
    /// The name of the sort key and its required prefix. Excludes [`Self::from`].
    pub beginning: Option<(&'static str, &'a str)>,
    /// The name of the sort key and its least value.
    pub from: Option<(&'static str, &'a str)>,
    /// The key after which to begin, where an earlier page ended.
    pub after: Option<Item>,
    /// The maximum number of items in the page.
    pub limit: Option<i32>,
    /// The order of sort keys.
    pub order: Order,
}

/// An order of sort keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Ascending.
    #[default]
    Rising,
    /// Descending.
    Falling,
}

impl<'a> Query<'a> {
    /// All items of a partition in ascending order, in pages of 1 MB.
    #[must_use]
    pub fn of(partition: &'a str) -> Self {
        Self { partition, ..Self::default() }
    }
}

/// One page of a query.
#[derive(Debug, Default)]
pub struct QueryPage {
    /// The items, in key order.
    pub items: Vec<Item>,
    /// The key after which the next page begins. None for the last page.
    pub next: Option<Item>,
}

impl Table {
    /// Reads one page. A page without a limit has up to 1 MB and may be read in parallel with others, so its
    /// timeout is longer.
    pub fn query(&self, query: Query<'_>) -> Answer<'_, QueryPage> {
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
        if let Some((name, least)) = query.from {
            request = request
                .key_condition_expression("#key = :partition AND #sort >= :least")
                .expression_attribute_names("#sort", name)
                .expression_attribute_values(":least", AttributeValue::S(least.to_owned()));
        }
        let mut config = aws_sdk_dynamodb::config::Builder::new();
        if query.limit.is_none() && query.index.is_none() {
            config = config.timeout_config(whole_page());
        }
        Box::pin(async move {
            let answer = request.customize().config_override(config).send().await?;
            self.meter.consumed(answer.consumed_capacity().and_then(|c| c.capacity_units));
            let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
            Ok(QueryPage { items: answer.items.unwrap_or_default(), next })
        })
    }
}

/// The timeout of an aggregation for a page. Its pages are read in parallel and parsed one after the other,
/// which takes seconds on a share of a processor. The handler's budget limits the whole.
fn whole_page() -> TimeoutConfig {
    let time = Duration::from_secs;
    TimeoutConfig::builder().operation_attempt_timeout(time(10)).operation_timeout(time(20)).build()
}
