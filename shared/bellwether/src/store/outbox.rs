//! Notices that are not sent yet. They are written together with the report that shows them, and removed when
//! they have been sent.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{sorted_key, text};
use super::query::Query;
use super::schema::TTL;
use super::summaries::AT;
use super::table::Table;
use super::transaction::Write;
use domain::clock::Timestamp;
use domain::results::notice::Notice;

/// The partition of the waiting notices. The others of `summaries` contain slashes.
const PARTITION: &str = "outbox";
const NOTICE: &str = "notice";
/// The number of notices from which no further page is read.
const ENOUGH: usize = 100;

/// The waiting notices of all workspaces, in the `summaries` table.
#[derive(Debug)]
pub struct Outbox {
    table: Table,
}

impl Outbox {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Returns waiting notices of all workspaces, the oldest of them first: all of them, or at least 100.
    ///
    /// # Errors
    /// When the store is unavailable or a notice cannot be read.
    pub async fn waiting(&self) -> Result<Vec<Notice>, StoreError> {
        let (mut notices, mut after) = (Vec::<Notice>::new(), None);
        loop {
            let page = self.table.query(Query { after, ..Query::of(PARTITION) }).await?;
            for item in page.items.iter().filter(|item| item.contains_key(NOTICE)) {
                notices.push(serde_json::from_str(text(item, NOTICE)?).map_err(StoreError::broken)?);
            }
            after = page.next;
            if after.is_none() || notices.len() >= ENOUGH {
                break;
            }
        }
        notices.sort_by_key(|notice| notice.at);
        Ok(notices)
    }

    /// Removes a notice that was sent: its item becomes empty and expires, because no function may delete.
    ///
    /// # Errors
    /// When the store is unavailable. Then the notice may be sent again.
    pub async fn sent(&self, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
        let mut item = sorted_key(PARTITION, notice.id.as_str());
        item.insert(TTL.to_owned(), AttributeValue::N(now.seconds().to_string()));
        self.table.put(item).await
    }
}

/// The write of a notice. It replaces an earlier one with the same id that is not sent yet.
pub(super) fn write(table: &Table, notice: &Notice) -> Result<Write, StoreError> {
    let at = AttributeValue::N(notice.at.millis().to_string());
    let mut item = sorted_key(PARTITION, notice.id.as_str());
    let json = serde_json::to_string(notice).map_err(StoreError::broken)?;
    item.insert(NOTICE.to_owned(), AttributeValue::S(json));
    item.insert(AT.to_owned(), at.clone());
    Ok(table.write(item, Condition::Below(AT, at)))
}
