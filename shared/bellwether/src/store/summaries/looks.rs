//! The interim looks of a phase, in a partition of their own: one item for each comparison.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Summaries, item, packed, partition, unpacked};
use crate::store::StoreError;
use crate::store::condition::Condition;
use crate::store::query::Query;
use crate::store::table::Placed;
use domain::clock::Timestamp;
use domain::experiment::{Experiment, Workspace};
use domain::results::counting::totals::Totals;
use domain::results::looks::stored::WatchedComparison;
use domain::results::looks::{Looks, Watched};

/// The number of looks at a comparison. A look is stored only after the looks before it.
const LOOKS: &str = "looks";

impl Summaries {
    /// Reads the looks of the test's current phase.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn looks(&self, workspace: &Workspace, test: &Experiment) -> Result<Looks, StoreError> {
        let partition = looks_of(workspace, test);
        let (mut stored, mut after) = (Vec::new(), None);
        loop {
            let page = self.table.query(Query { after, ..Query::of(&partition) }).await?;
            stored.extend(page.items.iter().map(|item| WatchedComparison::read(&unpacked(item)?)));
            after = page.next;
            if after.is_none() {
                return Ok(Looks::new(stored));
            }
        }
    }

    /// Returns the draws of the test's units with the looks so far. If `is_due` allows it, takes a look at these totals
    /// and stores it. If another count has stored its look first, that look stands.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn watch(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        totals: &Totals,
        as_of: Timestamp,
        is_due: impl FnOnce(&Watched) -> bool,
    ) -> Result<Watched, StoreError> {
        let before = self.looks(workspace, test).await?;
        let watched = Watched::new(test, totals, before.clone());
        if !is_due(&watched) {
            return Ok(watched);
        }
        let watched = watched.look(test, totals);
        if self.store_looks(workspace, test, (&before, &watched.looks), as_of).await? {
            return Ok(watched);
        }
        Ok(Watched { looks: self.looks(workspace, test).await?, ..watched })
    }

    /// Stores the looks that were taken since `before`. Returns false if another count has stored its look at one of them
    /// first: that look stands, and the caller must read the looks again. A look that is only stored in part is completed
    /// by the next one, because what a look may spend does not depend on the number of looks. A comparison that could
    /// not be read is replaced.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn store_looks(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        (before, looks): (&Looks, &Looks),
        as_of: Timestamp,
    ) -> Result<bool, StoreError> {
        let (partition, as_of) = (looks_of(workspace, test), String::from(as_of));
        let mut all = true;
        for comparison in looks.taken_since(before) {
            let key = format!("{} {}", comparison.goal, comparison.variant);
            let mut item = item(&partition, key, &as_of, packed(&comparison.stored())?);
            let number = AttributeValue::N(comparison.watch.looks.to_string());
            item.insert(LOOKS.to_owned(), number.clone());
            if looks.are_lost() && comparison.watch.looks == 1 {
                self.table.put(item).await?;
                continue;
            }
            let placed = self.table.put_if(item, Condition::Below(LOOKS, number)).await?;
            all &= matches!(placed, Placed::Stored);
        }
        Ok(all)
    }
}

fn looks_of(workspace: &Workspace, test: &Experiment) -> String {
    format!("{}/looks", partition(workspace, &test.definition.test_id, test.phase))
}
