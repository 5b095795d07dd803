//! Exposures: reports that units were shown their variant. Rows are only added.

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::events::Events;
use super::item::{Item, sorted_key};
use super::key::{EventKey, events_partition};
use super::table::Placed;
use domain::clock::Timestamp;
use domain::experiment::exposure::Exposure;
use domain::experiment::{Experiment, Workspace};

#[derive(Serialize, Deserialize)]
pub(super) struct StoredExposure {
    pub exposed_at: Timestamp,
}

impl Events {
    /// Stores an exposure in the current phase with one call. False when one with the same id is stored already.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn expose(
        &self,
        workspace: &Workspace,
        test: &Experiment,
        exposure: &Exposure,
    ) -> Result<bool, StoreError> {
        let unit = &exposure.unit.id;
        let row = StoredExposure { exposed_at: exposure.exposed_at };
        let mut item: Item = serde_dynamo::to_item(row).map_err(StoreError::broken)?;
        let key = EventKey::Exposure(unit.clone(), test.phase, exposure.exposure_id.clone());
        item.extend(sorted_key(events_partition(workspace, test, unit), key.write()));
        Ok(matches!(self.table.put_new(item).await?, Placed::Stored))
    }
}
