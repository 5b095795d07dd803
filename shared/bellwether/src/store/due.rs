//! The order in which tests are aggregated: a sparse index of running tests, and of shipped ones until their
//! results are final.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::experiments::{Experiments, REVISION};
use super::item::{sorted_key, text};
use super::query::Query;
use super::schema::{AGGREGATED_AT, PK, RUNNING, SHARD, SHARDS, SK};
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, Status, Workspace};

impl Experiments {
    /// Lists the tests of all workspaces to aggregate, beginning with the one that was aggregated longest
    /// ago: all running tests, and shipped ones until their results are final.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn running(&self) -> Result<Vec<(Workspace, ExperimentId)>, StoreError> {
        let mut found = Vec::new();
        for shard in 0..SHARDS {
            let (shard, mut after) = (shard.to_string(), None);
            loop {
                let query = Query { index: Some((RUNNING, SHARD)), after, ..Query::of(&shard) };
                let page = self.table.query(query).await?;
                for item in &page.items {
                    let workspace = Workspace::parse(text(item, PK)?).map_err(StoreError::broken)?;
                    let test_id = ExperimentId::parse(text(item, SK)?).map_err(StoreError::broken)?;
                    found.push((text(item, AGGREGATED_AT)?.to_owned(), workspace, test_id));
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, workspace, test_id)| (workspace, test_id)).collect())
    }

    /// Records when a test was aggregated, if it still runs. It is then the last one in the order.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn aggregated(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = sorted_key(workspace.as_str(), test_id.as_str());
        let set = (AGGREGATED_AT, AttributeValue::S(String::from(now)));
        let expected = ("status", AttributeValue::S(Status::Running.as_str().to_owned()));
        self.table.set_if(key, set, expected).await.map(|_| ())
    }

    /// Removes a shipped test whose final results are stored from the index, unless it has changed since.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn finished(&self, workspace: &Workspace, test: &Experiment) -> Result<(), StoreError> {
        let key = sorted_key(workspace.as_str(), test.definition.test_id.as_str());
        let expected = (REVISION, AttributeValue::N(test.revision.to_string()));
        self.table.remove_if(key, [SHARD, AGGREGATED_AT], expected).await.map(|_| ())
    }
}
