//! The assignments of units in every phase of tests, for look-ups. Nothing is cached.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::StoreError;
use super::assignments::assignment_key;
use super::events::Events;
use super::experiments::{Experiments, experiment};
use super::item::sorted_key;
use super::query::Query;
use super::stored::key_of;
use domain::experiment::{Assignment, Experiment, ExperimentId, UnitId, Workspace};

/// The maximum number of keys in a call.
const KEYS: usize = 100;
/// The maximum number of concurrent calls.
const PARALLEL: usize = 20;

/// A unit in a phase of a test.
pub type PhaseOf<'p> = (&'p Experiment, u32, &'p UnitId);

impl Events {
    /// Reads the assignments of distinct units in phases, in their order, 100 with one call. None for a unit that has
    /// none.
    ///
    /// # Errors
    /// When the store is unavailable or a row cannot be read.
    pub async fn in_phases(
        &self,
        workspace: &Workspace,
        wanted: &[PhaseOf<'_>],
    ) -> Result<Vec<Option<Assignment>>, StoreError> {
        let key = |(test, phase, unit): &PhaseOf<'_>| assignment_key(workspace, test, *phase, unit);
        let mut calls = Vec::new();
        for part in wanted.chunks(KEYS) {
            calls.push(self.table.get_all(part.iter().map(key).collect()));
        }
        let items: Vec<_> = stream::iter(calls).buffered(PARALLEL).try_collect().await?;
        let mut found: HashMap<_, _> =
            items.into_iter().flatten().map(|item| (key_of(&item), item)).collect();
        let read = |own| {
            found
                .remove(&key_of(&key(own)))
                .map(serde_dynamo::from_item)
                .transpose()
                .map_err(StoreError::broken)
        };
        wanted.iter().map(read).collect()
    }
}

impl Experiments {
    /// Reads one page of a workspace's tests by name, after `after`, and where the next page begins.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn page(
        &self,
        workspace: &Workspace,
        after: Option<&ExperimentId>,
        limit: i32,
    ) -> Result<(Vec<Experiment>, Option<ExperimentId>), StoreError> {
        let after = after.map(|id| sorted_key(workspace.as_str(), id.as_str()));
        let query = Query { after, limit: Some(limit), ..Query::of(workspace.as_str()) };
        let page = self.table.query(query).await?;
        let tests: Vec<Experiment> = page.items.iter().map(experiment).collect::<Result<_, _>>()?;
        let next = page.next.and_then(|_| tests.last().map(|test| test.definition.test_id.clone()));
        Ok((tests, next))
    }
}
