//! Aggregated results: the latest report of each phase, and past points of it (`series.rs`).
//! `summaries/storing.rs` stores them, with the notices that follow.

mod storing;
#[cfg(test)]
mod tests;

mod looks;

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::StoreError;
use super::item::{Item, sorted_key, text};
use super::query::{Order, Query};
use super::schema::{PK, SK};
use super::series;
use super::table::Table;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, Workspace};
use domain::results::notice::record::NoticeRecord;
use domain::results::report::point::Point;
use domain::results::report::stored::StoredReport;

/// A key that sorts after all times, so that a query in descending order returns the latest report first.
const LATEST: &str = "latest";
const REPORT: &str = "report";
const AS_OF: &str = "as_of";
/// The time in milliseconds, because texts of times do not sort within a second.
pub(super) const AT: &str = "at";
/// The record of notices, as JSON in the item of the latest report.
const NOTICES: &str = "notices";
/// The prefix of an hour's key: the first digit of its year.
const HOUR: &str = "2";

/// The `summaries` table.
#[derive(Debug)]
pub struct Summaries {
    table: Table,
}

/// The stored results of a phase.
#[derive(Debug, Default)]
pub struct Summary {
    /// The latest report.
    pub latest: Option<StoredReport>,
    /// The notices so far.
    pub notices: NoticeRecord,
    /// Goals and units by hour for four days and by day for the year before, oldest first. Points that cannot
    /// be read are omitted.
    pub series: Vec<Point>,
}

impl Summaries {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The latest report of the test's current phase, without a series.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn latest(&self, workspace: &Workspace, test: &Experiment) -> Result<Summary, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, test.phase);
        let item = self.table.get(sorted_key(partition, LATEST.to_owned())).await?;
        Ok(item.as_ref().map_or_else(Summary::default, Summary::of))
    }

    /// The latest reports of the current phases of at most 100 distinct tests, in the tests' order, with one
    /// call.
    ///
    /// # Errors
    /// Those of [`Self::latest`].
    pub async fn latest_of(
        &self,
        workspace: &Workspace,
        tests: &[Experiment],
    ) -> Result<Vec<Option<StoredReport>>, StoreError> {
        let key = |test: &Experiment| partition(workspace, &test.definition.test_id, test.phase);
        let keys = tests.iter().map(|test| sorted_key(key(test), LATEST.to_owned())).collect();
        let mut found = HashMap::new();
        for item in self.table.get_all(keys).await? {
            found.insert(text(&item, PK)?.to_owned(), stored_report(&item));
        }
        Ok(tests.iter().map(|test| found.remove(&key(test))).collect())
    }

    /// Returns the stored results of the test's current phase.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn read(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        now: Timestamp,
    ) -> Result<Summary, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, test.phase);
        let (hours, days) = series::most(test);
        // The latest report and the newest days come first. The rest of the limit is for hours.
        let limit = i32::try_from(days + 1).ok();
        let page = self.table.query(Query { order: Order::Falling, limit, ..Query::of(&partition) }).await?;
        let mut items = page.items;
        if page.next.is_some() {
            let (limit, beginning) = (i32::try_from(hours).ok(), Some((SK, HOUR)));
            let query = Query { order: Order::Falling, limit, beginning, ..Query::of(&partition) };
            items.extend(self.table.query(query).await?.items);
        }
        let (mut summary, mut points) = (Summary::default(), BTreeMap::new());
        for item in items {
            let key = text(&item, SK)?;
            if key == LATEST {
                summary = Summary::of(&item);
            } else if let Some(point) = unpacked(&item).and_then(|json| Point::read(&json)) {
                points.insert(key.to_owned(), point);
            }
        }
        Ok(Summary { series: series::thinned(points, now, test), ..summary })
    }
}

impl Summary {
    /// The latest report and its notices, from their item. If the notices cannot be read, they are announced
    /// again.
    fn of(latest: &Item) -> Self {
        let notices = text(latest, NOTICES).ok().and_then(|json| serde_json::from_str(json).ok());
        let notices = notices.unwrap_or_default();
        Self { latest: Some(stored_report(latest)), notices, series: Vec::new() }
    }
}

fn partition(workspace: &Workspace, test_id: &ExperimentId, phase: u32) -> String {
    format!("{workspace}/{test_id}/{phase}")
}

/// JSON, compressed with gzip. Otherwise, a report with many variants would exceed the 400 KB of an item.
fn packed(report: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut packer, report).map_err(StoreError::broken)?;
    packer.finish().map_err(StoreError::broken)
}

/// The JSON of an item. None when it is missing or damaged.
fn unpacked(item: &Item) -> Option<Vec<u8>> {
    let Some(AttributeValue::B(packed)) = item.get(REPORT) else { return None };
    let mut json = Vec::new();
    GzDecoder::new(packed.as_ref()).read_to_end(&mut json).ok()?;
    Some(json)
}

/// The latest report. If it cannot be read, it is computed again; this is not an error.
fn stored_report(item: &Item) -> StoredReport {
    let stored = unpacked(item).map_or(StoredReport::Unread(None), |json| StoredReport::read(&json));
    if let StoredReport::Unread(memory) = &stored {
        let partition = text(item, PK).unwrap_or_default();
        tracing::warn!(
            partition,
            remembers = memory.is_some(),
            "a stored report cannot be read and is computed again"
        );
    }
    stored
}

fn item(partition: &str, sk: String, as_of: &str, report: Vec<u8>) -> Item {
    let mut item = sorted_key(partition, sk);
    item.insert(AS_OF.to_owned(), AttributeValue::S(as_of.to_owned()));
    item.insert(REPORT.to_owned(), AttributeValue::B(Blob::new(report)));
    item
}
