//! All accounts of a workspace, page by page, through an index that is a moment behind.

use std::collections::HashMap;

use super::super::StoreError;
use super::super::item::text;
use super::super::query::Query;
use super::super::schema::{DIRECTORY, LISTED_IN, PLACE, UNIT_ID};
use super::Accounts;
use super::items::{account, aliases_of, name_in};
use domain::account::Account;
use domain::account::place::Place;
use domain::experiment::{UnitId, Workspace};

impl Accounts {
    /// Returns one page of a workspace's accounts in the order of their creation, after `after`, and where the next
    /// page begins. Without a limit, a page has up to 1 MB.
    ///
    /// # Errors
    /// When the store is unavailable or an account cannot be read.
    pub async fn page(
        &self,
        workspace: &Workspace,
        after: Option<&Place>,
        limit: Option<u16>,
    ) -> Result<(Vec<Account>, Option<Place>), StoreError> {
        // All places have the same length, so the least text above a place is the place with a space.
        let least = after.map(|place| format!("{} ", place.as_str()));
        let query = Query {
            index: Some((DIRECTORY, LISTED_IN)),
            from: least.as_deref().map(|least| (PLACE, least)),
            limit: limit.map(i32::from),
            ..Query::of(workspace.as_str())
        };
        let page = self.table.query(query).await?;
        let accounts: Vec<Account> =
            page.items.iter().filter_map(|item| account(item).transpose()).collect::<Result<_, _>>()?;
        let next = page.next.as_ref().map(|key| text(key, PLACE).map(str::to_owned)).transpose()?;
        Ok((accounts, next.map(Place::try_from).transpose().map_err(StoreError::broken)?))
    }

    /// Returns every alias of a workspace with the id of its account.
    ///
    /// # Errors
    /// When the store is unavailable or an alias cannot be read.
    pub async fn aliases(&self, workspace: &Workspace) -> Result<HashMap<UnitId, UnitId>, StoreError> {
        let (partition, mut aliases, mut after) = (aliases_of(workspace), HashMap::new(), None);
        loop {
            let index = Some((DIRECTORY, LISTED_IN));
            let page = self.table.query(Query { index, after, ..Query::of(&partition) }).await?;
            for item in &page.items {
                let id = UnitId::parse(text(item, UNIT_ID)?).map_err(StoreError::broken)?;
                aliases.insert(name_in(workspace, item)?, id);
            }
            after = page.next;
            if after.is_none() {
                return Ok(aliases);
            }
        }
    }
}
