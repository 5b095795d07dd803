//! API clients.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, key};
use super::ledger::{AuditedChange, Ledger, Made};
use super::members::member;
use super::schema::SECRET_IDS;
use super::table::Table;
use crate::auth::clients::{Client, ClientId};

const REVISION: &str = "revision";

/// The clients in the `identities` table.
#[derive(Debug)]
pub struct Clients {
    table: Table,
    ledger: Ledger,
}

impl Clients {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger) -> Self {
        Self { table, ledger }
    }

    /// Reads a client of any workspace.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn client(&self, client_id: &ClientId) -> Result<Option<Client>, StoreError> {
        let item = self.table.get(client_key(client_id)).await?;
        item.map(serde_dynamo::from_item).transpose().map_err(StoreError::broken)
    }

    /// Stores a new client together with its audit record. False when a client with this id exists.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right, or a quota
    /// is reached.
    pub async fn create(&self, client: &Client, change: AuditedChange) -> Made<bool> {
        let write = self.table.write(client_item(client)?, Condition::New);
        Ok(self.ledger.make(change, vec![write]).await?.map(|stored| stored.is_ok()))
    }

    /// Replaces a client by its next revision together with the audit record. False when the client was
    /// changed in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable. In the inner result: when the actor no longer has the right.
    pub async fn replace(&self, old: &Client, new: &Client, change: AuditedChange) -> Made<bool> {
        let expected = Condition::Equals(REVISION, AttributeValue::N(old.revision.to_string()));
        let write = self.table.write(client_item(new)?, expected);
        Ok(self.ledger.make(change, vec![write]).await?.map(|won| won.is_ok()))
    }
}

fn client_key(client_id: &ClientId) -> Item {
    key(format!("client/{client_id}"))
}

fn client_item(client: &Client) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(client).map_err(StoreError::broken)?;
    let shown = serde_dynamo::to_attribute_value(client.view().secrets).map_err(StoreError::broken)?;
    item.insert(SECRET_IDS.to_owned(), shown);
    item.extend(client_key(&client.client_id));
    item.extend(member(&client.workspace, &format!("client {}", client.client_id)));
    Ok(item)
}
