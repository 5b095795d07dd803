//! Past revisions of a test.

use super::StoreError;
use super::experiments::{Experiments, experiment};
use super::item::sorted_key;
use super::key;
use domain::experiment::{Experiment, ExperimentId, Workspace};

impl Experiments {
    /// Returns the test at the end of a phase: its last revision of that phase, found by binary search,
    /// because phases never decrease. None for a phase that the test has not had.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn at_end_of(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        phase: u32,
    ) -> Result<Option<Experiment>, StoreError> {
        if phase == test.phase {
            return Ok(Some(test.clone()));
        }
        let (mut first, mut last, mut found) = (1, test.revision.saturating_sub(1), None);
        while phase < test.phase && first <= last {
            let middle = first + (last - first) / 2;
            let past = self.past(workspace, &test.definition.test_id, middle).await?;
            if past.phase <= phase {
                first = middle + 1;
                found = Some(past).filter(|past| past.phase == phase);
            } else {
                last = middle - 1;
            }
        }
        Ok(found)
    }

    async fn past(
        &self,
        workspace: &Workspace,
        test_id: &ExperimentId,
        revision: u64,
    ) -> Result<Experiment, StoreError> {
        let key = sorted_key(key::history(workspace, test_id), key::revision(revision));
        let item = self.table.get(key).await?;
        item.as_ref().map_or_else(|| Err(StoreError::broken("a past revision is missing")), experiment)
    }
}
