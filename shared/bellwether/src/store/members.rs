//! Lists of a workspace's users and clients, page by page. They are read from an index that contains only the
//! fields that lists show. It contains no hash, so a list cannot reveal one.

use serde::de::DeserializeOwned;

use super::StoreError;
use super::item::{Item, key, text};
use super::query::Query;
use super::schema::{MEMBER, MEMBER_OF, MEMBERS};
use super::table::Table;
use crate::auth::clients::{ClientId, ClientView};
use crate::auth::users::{Email, UserId, UserView};
use domain::experiment::Workspace;

/// The index of users and clients in the `identities` table.
#[derive(Debug)]
pub struct Members {
    table: Table,
}

/// A page, and the cursor of the next one unless it is the last.
type Listing<T, Cursor> = Result<(Vec<T>, Option<Cursor>), StoreError>;

impl Members {
    /// Creates the handle for `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Returns one page of a workspace's users by e-mail address, after `after`.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn users(
        &self,
        workspace: &Workspace,
        after: Option<&Email>,
        limit: u16,
    ) -> Listing<UserView, Email> {
        let cursor = after.map(|email| (format!("user/{}", UserId::of(email)), email.to_string()));
        let (users, next) = self.page(workspace, "user ", cursor, limit).await?;
        Ok((users, next.map(Email::try_from).transpose().map_err(StoreError::broken)?))
    }

    /// Returns one page of a workspace's clients by id, after `after`.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn clients(
        &self,
        workspace: &Workspace,
        after: Option<&ClientId>,
        limit: u16,
    ) -> Listing<ClientView, ClientId> {
        let cursor = after.map(|id| (format!("client/{id}"), id.to_string()));
        let (clients, next) = self.page(workspace, "client ", cursor, limit).await?;
        Ok((clients, next.map(ClientId::try_from).transpose().map_err(StoreError::broken)?))
    }

    async fn page<T: DeserializeOwned>(
        &self,
        workspace: &Workspace,
        kind: &str,
        after: Option<(String, String)>,
        limit: u16,
    ) -> Listing<T, String> {
        let start = |(pk, name): (String, String)| {
            let mut start = key(pk);
            start.extend(member(workspace, &format!("{kind}{name}")));
            start
        };
        let query = Query {
            index: Some((MEMBERS, MEMBER_OF)),
            beginning: Some((MEMBER, kind)),
            after: after.map(start),
            limit: Some(i32::from(limit)),
            ..Query::of(workspace.as_str())
        };
        let page = self.table.query(query).await?;
        let shown = page.items.into_iter().map(serde_dynamo::from_item).collect::<Result<_, _>>();
        let next = page.next.map(|cursor| text(&cursor, MEMBER).map(str::to_owned)).transpose()?;
        let next = next.map(|member| member.strip_prefix(kind).unwrap_or_default().to_owned());
        Ok((shown.map_err(StoreError::broken)?, next))
    }
}

/// The attributes that put an item into the index.
pub(super) fn member(workspace: &Workspace, member: &str) -> Item {
    let pair = [(MEMBER_OF, workspace.as_str()), (MEMBER, member)];
    pair.map(|(name, value)| (name.to_owned(), super::item::text_value(value))).into()
}
