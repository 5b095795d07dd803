//! Lists of a workspace's tests, page by page, all or by state.

use serde::Serialize;

use super::StoreError;
use super::experiments::{Experiments, experiment};
use super::item::{Item, sorted_key, text};
use super::query::Query;
use super::schema::SK;
use domain::experiment::{Experiment, ExperimentId, Status, Workspace};

/// The maximum number of table pages that are read for one page of a list.
const READS: usize = 16;

/// An entry in the list of tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The test's name in paths.
    pub test_id: String,
    /// The display name.
    pub name: String,
    /// The state.
    pub status: String,
    /// When it was last changed.
    pub updated_at: String,
}

impl Experiments {
    /// Returns one page of a workspace's tests by name, after `after`, and where the next page begins: all
    /// tests, or those in the `wanted` states. A filtered page may have fewer entries, or none, when many
    /// other tests lie between them.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn list(
        &self,
        workspace: &Workspace,
        after: Option<&ExperimentId>,
        limit: u16,
        wanted: Option<&[Status]>,
    ) -> Result<(Vec<Listed>, Option<ExperimentId>), StoreError> {
        let cursor = |id: &str| ExperimentId::parse(id).map(Some).map_err(StoreError::broken);
        let mut after = after.map(|id| sorted_key(workspace.as_str(), id.as_str()));
        let mut tests: Vec<Listed> = Vec::new();
        for _ in 0..READS {
            let query = Query { after, limit: Some(i32::from(limit) + 1), ..Query::of(workspace.as_str()) };
            let page = self.table.query(query).await?;
            for item in &page.items {
                let test = listed(item)?;
                if wanted.is_some_and(|all| all.iter().all(|status| status.as_str() != test.status)) {
                    continue;
                }
                if tests.len() == usize::from(limit) {
                    let next = tests.last().map_or(Ok(None), |last| cursor(&last.test_id))?;
                    return Ok((tests, next));
                }
                tests.push(test);
            }
            after = page.next;
            if after.is_none() {
                return Ok((tests, None));
            }
        }
        let next = after.as_ref().map_or(Ok(None), |key| cursor(text(key, SK)?))?;
        Ok((tests, next))
    }

    /// Lists the tests of a workspace that were started and are not archived, by name.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn started(&self, workspace: &Workspace) -> Result<Vec<Experiment>, StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.table.query(Query { after, ..Query::of(workspace.as_str()) }).await?;
            for item in &page.items {
                if [Status::Running, Status::Paused, Status::Stopped, Status::Shipped]
                    .map(Status::as_str)
                    .contains(&text(item, "status")?)
                {
                    found.push(experiment(item)?);
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}

fn listed(item: &Item) -> Result<Listed, StoreError> {
    let own = |name: &str| text(item, name).map(str::to_owned);
    Ok(Listed {
        test_id: own(SK)?,
        name: own("name")?,
        status: own("status")?,
        updated_at: own("updated_at")?,
    })
}
