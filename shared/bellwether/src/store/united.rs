//! Aggregates tests of workspaces with a directory: accounts whose rows were stored under several ids are united.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::AtomicU64;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::events::{Bound, Events, PARALLEL};
use super::key::partition_number;
use super::{Store, StoreError};
use domain::clock::Timestamp;
use domain::experiment::{Experiment, UnitId, Workspace};
use domain::results::counting::aggregation::Aggregation;
use domain::results::counting::totals::Totals;
use domain::results::counting::united::{Aside, Names};

impl Store {
    /// Aggregates all rows of the test's current phase, and unites the accounts of the directory.
    ///
    /// # Errors
    /// Those of [`Events::aggregate`].
    pub async fn aggregate(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        most: Option<u64>,
        as_of: Timestamp,
    ) -> Result<Option<Totals>, StoreError> {
        let settings = self.workspaces.recent(workspace, as_of).await?;
        let aliases =
            if settings.has_directory { self.accounts.aliases(workspace).await? } else { HashMap::new() };
        if aliases.is_empty() {
            return self.events.aggregate(workspace, test, most, as_of).await;
        }
        self.events.aggregate_united(workspace, test, most, as_of, aliases).await
    }
}

impl Events {
    /// Aggregates like [`Events::aggregate`] with the aliases of the workspace. The first pass over the partitions keeps
    /// the rows of aliases apart. The partitions of the accounts that have such rows are then read once more, so that
    /// their own rows are kept apart too.
    async fn aggregate_united(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        most: Option<u64>,
        as_of: Timestamp,
        aliases: HashMap<UnitId, UnitId>,
    ) -> Result<Option<Totals>, StoreError> {
        let units = AtomicU64::new(0);
        let mut names = Names::new(aliases);
        let mut bound = Bound { units: &units, most };
        let mut numbers: BTreeSet<u32> = (0..test.definition.partitions).collect();
        let mut parts: Vec<(Totals, Aside)> = Vec::new();
        while !numbers.is_empty() {
            let part = |n| self.aggregate_partition(workspace, test, n, bound, as_of, &names);
            let read: Vec<_> =
                stream::iter(numbers.clone().into_iter().map(part)).buffered(PARALLEL).try_collect().await?;
            let read: Option<Vec<_>> = read.into_iter().collect();
            let Some(read) = read else { return Ok(None) };
            if parts.is_empty() {
                parts = read;
            } else {
                numbers.iter().zip(read).for_each(|(n, part)| parts[*n as usize] = part);
            }
            bound.most = None;
            let added = names.add(parts.iter().flat_map(|(_, aside)| aside.keys()));
            numbers = added.iter().map(|account| partition_number(test, account)).collect();
        }
        let (mut all, mut apart) = (Totals::empty(test), Aside::new());
        for (part, aside) in parts {
            all.merge(&part);
            for (account, mut rows) in aside {
                apart.entry(account).or_default().append(&mut rows);
            }
        }
        all.merge(&Aggregation::unite(test, as_of, apart));
        Ok(Some(all))
    }
}
