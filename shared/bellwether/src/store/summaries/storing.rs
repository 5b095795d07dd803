//! Stores a report, its points and its notices.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{AT, LATEST, NOTICES, Summaries, item, packed, partition};
use crate::store::condition::Condition;
use crate::store::item::Item;
use crate::store::schema::TTL;
use crate::store::{StoreError, outbox, series};
use domain::experiment::{Experiment, Workspace};
use domain::results::notice::Notice;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;

impl Summaries {
    /// Stores a report as the latest, and as the point of its hour and of its day, unless a later one is
    /// stored. Of two overlapping runs, the later one is stored, and no count decreases. The notices that
    /// follow from the report and from `before`, the record of the stored one, are written into the outbox in
    /// the same transaction. Returns their number.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn store(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        report: &Report,
        before: &NoticeRecord,
    ) -> Result<usize, StoreError> {
        let partition = partition(workspace, &report.test_id, report.phase);
        let (as_of, at_ms) = (String::from(report.as_of), report.as_of.millis());
        let (whole, point) = (packed(&report.stored())?, packed(&report.point().stored())?);
        let at = AttributeValue::N(at_ms.to_string());
        for slot in series::slots(report.as_of) {
            let mut item = item(&partition, slot.key, &as_of, point.clone());
            item.insert(TTL.to_owned(), AttributeValue::N(slot.expires_at.to_string()));
            item.insert(AT.to_owned(), at.clone());
            self.table.put_if(item, Condition::Below(AT, at.clone())).await?;
        }
        let (notices, record) = before.next(workspace, test, report);
        let mut latest = item(&partition, LATEST.to_owned(), &as_of, whole);
        let record = serde_json::to_string(&record).map_err(StoreError::broken)?;
        latest.insert(NOTICES.to_owned(), AttributeValue::S(record));
        latest.insert(AT.to_owned(), at.clone());
        self.store_latest(latest, Condition::Below(AT, at), &notices).await
    }

    /// Stores the latest report with its notices, in a transaction if there are any: it costs twice as much.
    /// Returns the number of notices, which is 0 if a later report is stored.
    async fn store_latest(
        &self,
        latest: Item,
        is_later: Condition,
        notices: &[Notice],
    ) -> Result<usize, StoreError> {
        if notices.is_empty() {
            self.table.put_if(latest, is_later).await?;
            return Ok(0);
        }
        let mut writes = vec![self.table.write(latest, is_later)];
        for notice in notices {
            writes.push(outbox::write(&self.table, notice)?);
        }
        let stored = self.table.write_all(writes).await?;
        Ok(stored.map_or(0, |()| notices.len()))
    }
}
