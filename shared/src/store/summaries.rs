//! Folded results: the latest report of each phase, and one point an hour.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::Value;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, sorted_key, text};
use super::query::{Order, Query};
use super::table::Table;
use crate::clock::Timestamp;
use crate::experiment::{Experiment, ExperimentId, Workspace};
use crate::results::report::Report;

/// Sorts after every time, so that one query from the end meets the latest report first.
const LATEST: &str = "latest";
const REPORT: &str = "report";
const AS_OF: &str = "as_of";
/// The same in milliseconds, since texts of times do not sort within a second.
const AT: &str = "at";
/// Most points of a series.
const POINTS: usize = 100;
/// Most figures of a series, over all points, goals and variants: it is answered in one piece.
const FIGURES: usize = 10_000;

/// The `summaries` table.
#[derive(Debug)]
pub struct Summaries {
    table: Table,
}

/// What is kept of a phase.
#[derive(Debug, Default)]
pub struct Summary {
    /// The latest report, and when its rows were read.
    pub latest: Option<(Timestamp, Value)>,
    /// Goals and units hour by hour, oldest first, at most 100 points.
    pub series: Vec<Value>,
}

impl Summaries {
    /// The summaries in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Keeps a report as the latest, and as the point of its hour, unless a later one is kept: of two runs
    /// that overlap the later one stands, and no count goes back.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn keep(&self, workspace: &Workspace, report: &Report) -> Result<(), StoreError> {
        let partition = partition(workspace, &report.test_id, report.phase);
        let (as_of, kept_at) = (String::from(report.as_of), report.as_of.millis());
        let (whole, point) = (packed(report)?, packed(&report.point())?);
        let hour = as_of.get(..13).unwrap_or(&as_of).to_owned();
        for (place, report) in [(hour, point), (LATEST.to_owned(), whole)] {
            let at = AttributeValue::N(kept_at.to_string());
            let mut item = item(&partition, place, &as_of, report);
            item.insert(AT.to_owned(), at.clone());
            self.table.put_if(item, Condition::Below(AT, at)).await?;
        }
        Ok(())
    }

    /// The latest report of the test's present phase.
    ///
    /// # Errors
    /// When the store is unavailable or the report cannot be read.
    pub async fn latest(
        &self,
        workspace: &Workspace,
        test: &Experiment,
    ) -> Result<Option<Value>, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, test.phase);
        let item = self.table.get(sorted_key(partition, LATEST.to_owned())).await?;
        item.as_ref().map(unpacked).transpose()
    }

    /// The latest reports of the present phases of at most 100 tests that differ, in the tests' order, by one
    /// call.
    ///
    /// # Errors
    /// As [`Self::latest`].
    pub async fn latest_of(
        &self,
        workspace: &Workspace,
        tests: &[Experiment],
    ) -> Result<Vec<Option<Value>>, StoreError> {
        let place = |test: &Experiment| partition(workspace, &test.definition.test_id, test.phase);
        let keys = tests.iter().map(|test| sorted_key(place(test), LATEST.to_owned())).collect();
        let mut found = HashMap::new();
        for item in self.table.get_all(keys).await? {
            found.insert(text(&item, super::schema::PK)?.to_owned(), unpacked(&item)?);
        }
        Ok(tests.iter().map(|test| found.remove(&place(test))).collect())
    }

    /// What is kept of the test's present phase.
    ///
    /// # Errors
    /// When the store is unavailable or a report cannot be read.
    pub async fn read(&self, workspace: &Workspace, test: &Experiment) -> Result<Summary, StoreError> {
        let partition = partition(workspace, &test.definition.test_id, test.phase);
        let limit = i32::try_from(points(test) + 1).ok();
        let query = Query { order: Order::Falling, limit, ..Query::of(&partition) };
        let mut summary = Summary::default();
        for item in self.table.query(query).await?.items {
            let report = unpacked(&item)?;
            if text(&item, super::schema::SK)? == LATEST {
                let as_of =
                    Timestamp::try_from(text(&item, AS_OF)?.to_owned()).map_err(StoreError::broken)?;
                summary.latest = Some((as_of, report));
            } else {
                summary.series.push(report);
            }
        }
        summary.series.reverse();
        Ok(summary)
    }
}

fn partition(workspace: &Workspace, test_id: &ExperimentId, phase: u32) -> String {
    format!("{workspace}/{test_id}/{phase}")
}

/// How many points are told of a test: fewer of one with many goals and variants.
fn points(test: &Experiment) -> usize {
    let figures = test.definition.goals.len() * test.definition.variants.len();
    POINTS.min(FIGURES / figures.max(1))
}

/// JSON, compressed (gzip): a report of many variants would else be over the 400 KB of an item.
fn packed(report: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut packer, report).map_err(StoreError::broken)?;
    packer.finish().map_err(StoreError::broken)
}

fn unpacked(item: &Item) -> Result<Value, StoreError> {
    let Some(AttributeValue::B(packed)) = item.get(REPORT) else {
        return Err(StoreError::broken("a stored report is not there"));
    };
    serde_json::from_reader(GzDecoder::new(packed.as_ref())).map_err(StoreError::broken)
}

fn item(partition: &str, sk: String, as_of: &str, report: Vec<u8>) -> Item {
    let mut item = sorted_key(partition, sk);
    item.insert(AS_OF.to_owned(), AttributeValue::S(as_of.to_owned()));
    item.insert(REPORT.to_owned(), AttributeValue::B(Blob::new(report)));
    item
}
