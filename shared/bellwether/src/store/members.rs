//! The people and machines of a workspace, page by page. They are read through an index that holds
//! what is shown of them and nothing else: no hash is in it, so no list can show one.

use serde::de::DeserializeOwned;

use super::StoreError;
use super::item::{Item, key, text};
use super::query::Query;
use super::schema::{MEMBER, MEMBER_OF, MEMBERS};
use super::table::Table;
use crate::auth::clients::{ClientId, ClientView};
use crate::auth::users::{Email, UserId, UserView};
use domain::experiment::Workspace;

/// The index over people and machines in the `identities` table.
#[derive(Debug)]
pub struct Members {
    table: Table,
}

/// A page and where the next one begins, unless it is the last.
type Listing<T, Place> = Result<(Vec<T>, Option<Place>), StoreError>;

impl Members {
    /// The members in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// One page of a workspace's people by e-mail address, after `after`.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn users(
        &self,
        workspace: &Workspace,
        after: Option<&Email>,
        limit: u16,
    ) -> Listing<UserView, Email> {
        let place = after.map(|email| (format!("user/{}", UserId::of(email)), email.to_string()));
        let (users, next) = self.page(workspace, "user ", place, limit).await?;
        Ok((users, next.map(Email::try_from).transpose().map_err(StoreError::broken)?))
    }

    /// One page of a workspace's clients by id, after `after`.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn clients(
        &self,
        workspace: &Workspace,
        after: Option<&ClientId>,
        limit: u16,
    ) -> Listing<ClientView, ClientId> {
        let place = after.map(|id| (format!("client/{id}"), id.to_string()));
        let (clients, next) = self.page(workspace, "client ", place, limit).await?;
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
        let next = page.next.map(|place| text(&place, MEMBER).map(str::to_owned)).transpose()?;
        let next = next.map(|member| member.strip_prefix(kind).unwrap_or_default().to_owned());
        Ok((shown.map_err(StoreError::broken)?, next))
    }
}

/// What puts an item into the index.
pub(super) fn member(workspace: &Workspace, member: &str) -> Item {
    let pair = [(MEMBER_OF, workspace.as_str()), (MEMBER, member)];
    pair.map(|(name, value)| (name.to_owned(), super::item::text_value(value))).into()
}
