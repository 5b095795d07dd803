//! The live tests of a workspace, from a sparse index: running, paused and shipped ones, and stopped ones whose
//! windows can be open.

use std::sync::Arc;

use futures_util::future::try_join_all;

use super::StoreError;
use super::experiments::Experiments;
use super::item::text;
use super::query::Query;
use super::schema::{LIVE, LIVE_IN, LIVE_UNTIL, SK};
use domain::clock::Timestamp;
use domain::experiment::{Experiment, ExperimentId, Workspace};

/// The maximum number of workspaces whose lists an instance caches.
pub(super) const LISTS: usize = 8;
/// The maximum number of definitions that are read with one call.
const AT_ONCE: usize = 100;

/// Tests in the order of their names.
pub type LiveTests = Arc<[Arc<Experiment>]>;

impl Experiments {
    /// Returns the tests of a workspace that are running, paused or shipped, and the stopped ones that can still
    /// count outcomes, in the order of their names. A list that this instance has read in the last 30 s comes from
    /// memory. Otherwise, one query finds the tests, and one call reads up to 100 definitions. A test that another
    /// instance starts is missing until then.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn live(&self, workspace: &Workspace, now: Timestamp) -> Result<LiveTests, StoreError> {
        if let Some(tests) = self.lists.get(workspace, now) {
            return Ok(tests);
        }
        let mut ids = self.live_ids(workspace, now).await?;
        ids.sort();
        let read = ids.chunks(AT_ONCE).map(|ids| self.get_all(workspace, ids));
        let read = try_join_all(read).await?.into_iter().flatten().flatten();
        // The index is a moment behind the definitions.
        let is_live = |test: &Experiment| test.live_until().is_some_and(|until| until >= now);
        let tests: LiveTests = read.filter(is_live).map(Arc::new).collect();
        self.lists.put(workspace.clone(), tests.clone(), now);
        Ok(tests)
    }

    /// Returns tests by their names, in the order of `test_ids`, which are at most 100 and distinct. Those that this
    /// instance has read as running or shipped in the last 30 s come from memory, and one call reads the others. None
    /// for a name of which the workspace has no test.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn recent_all(
        &self,
        workspace: &Workspace,
        test_ids: &[ExperimentId],
        now: Timestamp,
    ) -> Result<Vec<Option<Arc<Experiment>>>, StoreError> {
        let mut tests: Vec<_> = test_ids.iter().map(|id| self.remembered(workspace, id, now)).collect();
        let unknown =
            test_ids.iter().zip(&tests).filter(|(_, test)| test.is_none()).map(|(id, _)| id.clone());
        let unknown: Vec<_> = unknown.collect();
        if unknown.is_empty() {
            return Ok(tests);
        }
        let read = self.get_all(workspace, &unknown).await?;
        for (place, found) in tests.iter_mut().filter(|test| test.is_none()).zip(read) {
            *place = found.map(|test| self.remember(workspace, Arc::new(test), now));
        }
        Ok(tests)
    }

    async fn live_ids(&self, workspace: &Workspace, now: Timestamp) -> Result<Vec<ExperimentId>, StoreError> {
        let (since, mut after, mut ids) = (String::from(now), None, Vec::new());
        loop {
            let query = Query {
                index: Some((LIVE, LIVE_IN)),
                from: Some((LIVE_UNTIL, &since)),
                after,
                ..Query::of(workspace.as_str())
            };
            let page = self.table.query(query).await?;
            for item in &page.items {
                ids.push(ExperimentId::parse(text(item, SK)?).map_err(StoreError::broken)?);
            }
            after = page.next;
            if after.is_none() {
                return Ok(ids);
            }
        }
    }
}
