//! Sessions, in the `identities` table.

use aws_sdk_dynamodb::types::AttributeValue;

use super::StoreError;
use super::condition::Condition;
use super::item::{Item, key};
use super::ledger::{AuditedChange, Ledger};
use super::table::{Placed, Table};
use crate::auth::session::{Session, SessionId};

/// The attribute that changes with every use.
const CURRENT: &str = "current";

/// Sessions.
#[derive(Debug)]
pub struct Sessions {
    table: Table,
    ledger: Ledger,
}

/// The result of storing a use.
#[derive(Debug)]
pub enum Used {
    /// The session was stored with the use.
    Stored,
    /// Another request used the session in the meantime. Contains the current session, if it exists.
    Overtaken(Option<Box<Session>>),
}

impl Sessions {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table, ledger: Ledger) -> Self {
        Self { table, ledger }
    }

    /// Reads a session.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn get(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.table.get(session_key(id)).await?.map(session).transpose()
    }

    /// Stores a new session together with the audit record of the sign-in.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn begin(&self, session: &Session, change: AuditedChange) -> Result<(), StoreError> {
        let write = self.table.write(item(session)?, Condition::New);
        match self.ledger.make(change, vec![write]).await? {
            Ok(Ok(())) => Ok(()),
            _ => Err(StoreError::broken("a session with the same 128 random bits exists")),
        }
    }

    /// Stores a session after a use, unless another request has used or ended it in the meantime.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn rotate(&self, next: &Session) -> Result<Used, StoreError> {
        let expected = Condition::Equals(CURRENT, AttributeValue::S(next.previous.clone()));
        match self.table.put_if(item(next)?, expected).await? {
            Placed::Stored => Ok(Used::Stored),
            Placed::Exists(old) if old.is_empty() => Ok(Used::Overtaken(None)),
            Placed::Exists(old) => Ok(Used::Overtaken(Some(Box::new(session(old)?)))),
        }
    }

    /// Ends a session together with the audit record, even if it is used at the same time: no token is
    /// current any more. False when the session does not exist.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn end(&self, id: &SessionId, change: AuditedChange) -> Result<bool, StoreError> {
        let is_there = Condition::Equals("session_id", AttributeValue::S(id.as_str().to_owned()));
        let write = self.table.set(session_key(id), CURRENT, String::new(), is_there);
        Ok(matches!(self.ledger.make(change, vec![write]).await?, Ok(Ok(()))))
    }
}

fn session_key(id: &SessionId) -> Item {
    key(format!("session/{}", id.as_str()))
}

fn item(session: &Session) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(session).map_err(StoreError::broken)?;
    item.extend(session_key(&session.session_id));
    Ok(item)
}

fn session(item: Item) -> Result<Session, StoreError> {
    serde_dynamo::from_item(item).map_err(StoreError::broken)
}
