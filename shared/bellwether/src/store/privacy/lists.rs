//! Lists of requests: those that are due, and those that name accounts.

use super::{ALL_PENDING, Privacy, REQUEST, request};
use crate::store::StoreError;
use crate::store::item::text;
use crate::store::query::Query;
use crate::store::schema::{DUE_AT, PENDING, PENDING_IN, PK, SK};
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::privacy::{PrivacyRequest, PrivacyRequestId};

impl Privacy {
    /// Lists the requests of all workspaces whose next pass is due at `now`, oldest first.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<(Workspace, PrivacyRequestId)>, StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let query = Query { index: Some((PENDING, PENDING_IN)), after, ..Query::of(ALL_PENDING) };
            let page = self.table.query(query).await?;
            for item in &page.items {
                if text(item, DUE_AT)? > String::from(now).as_str() {
                    return Ok(found);
                }
                let workspace = Workspace::parse(text(item, PK)?).map_err(StoreError::broken)?;
                let id = text(item, SK)?.strip_prefix(REQUEST).unwrap_or_default();
                found.push((workspace, PrivacyRequestId::parse(id).map_err(StoreError::broken)?));
            }
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Lists the requests of a workspace that name accounts.
    ///
    /// # Errors
    /// When the store is unavailable or a stored document cannot be read.
    pub async fn naming_units(&self, workspace: &Workspace) -> Result<Vec<PrivacyRequest>, StoreError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let query = Query { beginning: Some((SK, REQUEST)), after, ..Query::of(workspace.as_str()) };
            let page = self.table.query(query).await?;
            for item in &page.items {
                found.push(request(item)?);
            }
            after = page.next;
            if after.is_none() {
                found.retain(|request| !request.units.is_empty());
                return Ok(found);
            }
        }
    }
}
