//! Machines, in the `identities` table.

use super::StoreError;
use super::item::key;
use super::table::Table;
use crate::auth::client::{Client, ClientId};

/// Machines.
#[derive(Debug)]
pub struct Clients {
    table: Table,
}

impl Clients {
    /// The machines in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a machine.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn client(&self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        let item = self.table.get(key(format!("client/{id}"))).await?;
        item.map(serde_dynamo::from_item).transpose().map_err(StoreError::broken)
    }
}
