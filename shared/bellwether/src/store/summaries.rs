//! Aggregated results: the latest report of each phase, and past points of it (`series.rs`).

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
use super::condition::Condition;
use super::item::{Item, sorted_key, text};
use super::query::{Order, Query};
use super::schema::{PK, SK, TTL};
use super::series;
use super::table::Table;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, Workspace};
use domain::results::report::Report;
use domain::results::report::point::Point;
use domain::results::report::stored::StoredReport;

/// A key that sorts after all times, so that a query in descending order returns the latest report first.
const LATEST: &str = "latest";
const REPORT: &str = "report";
const AS_OF: &str = "as_of";
/// The time in milliseconds, because texts of times do not sort within a second.
const AT: &str = "at";
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

    /// Stores a report as the latest, and as the point of its hour and of its day, unless a later one is
    /// stored. Of two overlapping runs, the later one is stored, and no count decreases.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn store(&self, workspace: &Workspace, report: &Report) -> Result<(), StoreError> {
        let partition = partition(workspace, &report.test_id, report.phase);
        let (as_of, at_ms) = (String::from(report.as_of), report.as_of.millis());
        let (whole, point) = (packed(&report.stored())?, packed(&report.point().stored())?);
        let at = AttributeValue::N(at_ms.to_string());
        let mut items = vec![item(&partition, LATEST.to_owned(), &as_of, whole)];
        for slot in series::slots(report.as_of) {
            let mut item = item(&partition, slot.key, &as_of, point.clone());
            item.insert(TTL.to_owned(), AttributeValue::N(slot.expires_at.to_string()));
            items.insert(0, item);
        }
        for mut item in items {
            item.insert(AT.to_owned(), at.clone());
            self.table.put_if(item, Condition::Below(AT, at.clone())).await?;
        }
        Ok(())
    }

    /// The latest report of the test's current phase.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn latest(
        &self,
        workspace: &Workspace,
        test: &Experiment,
    ) -> Result<Option<StoredReport>, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, test.phase);
        let item = self.table.get(sorted_key(partition, LATEST.to_owned())).await?;
        Ok(item.as_ref().map(stored_report))
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
        let (mut latest, mut points) = (None, BTreeMap::new());
        for item in items {
            let key = text(&item, SK)?;
            if key == LATEST {
                latest = Some(stored_report(&item));
            } else if let Some(point) = unpacked(&item).and_then(|json| Point::read(&json)) {
                points.insert(key.to_owned(), point);
            }
        }
        Ok(Summary { latest, series: series::thinned(points, now, test) })
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
