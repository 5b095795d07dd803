//! The set of erased accounts of a workspace, as pseudonyms. A set has pages of up to 10,000 accounts, so that no item
//! exceeds the 400 KB of DynamoDB.

use std::collections::HashSet;
use std::sync::Arc;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Privacy;
use crate::store::StoreError;
use crate::store::item::{Item, sorted_key};
use crate::store::query::Query;
use crate::store::schema::SK;
use crate::store::transaction::Write;
use domain::clock::Timestamp;
use domain::experiment::Workspace;
use domain::privacy::Pseudonym;

/// The prefix of the sort keys of pages, which a number follows.
const ERASED: &str = "erased ";
/// The attribute with the pseudonyms, a set of 16 bytes each.
const UNITS: &str = "units";
/// The number of accounts from which a new page begins. Concurrent requests may exceed it by 100 each.
const PAGE: usize = 10_000;

impl Privacy {
    /// Returns the erased accounts of a workspace, from memory if they were read in the last 30 s, otherwise with one
    /// call.
    ///
    /// # Errors
    /// When the store is unavailable.
    pub async fn erased(
        &self,
        workspace: &Workspace,
        now: Timestamp,
    ) -> Result<Arc<HashSet<Pseudonym>>, StoreError> {
        if let Some(seen) = self.seen.get(workspace, now) {
            return Ok(seen);
        }
        let all = Arc::new(self.pages(workspace).await?.into_iter().flatten().collect::<HashSet<_>>());
        self.seen.put(workspace.clone(), all.clone(), now);
        Ok(all)
    }

    /// A write that adds accounts to the set.
    pub(super) async fn include(
        &self,
        workspace: &Workspace,
        units: &[Pseudonym],
    ) -> Result<Write, StoreError> {
        let pages = self.pages(workspace).await?;
        let last = pages.len().saturating_sub(1);
        let number = if pages.get(last).is_some_and(|page| page.len() >= PAGE) { last + 1 } else { last };
        let key = sorted_key(workspace.as_str(), format!("{ERASED}{number:03}"));
        let bytes = units.iter().map(|unit| Blob::new(unit.as_bytes().to_vec())).collect();
        Ok(self.table.include(key, UNITS, AttributeValue::Bs(bytes)))
    }

    async fn pages(&self, workspace: &Workspace) -> Result<Vec<Vec<Pseudonym>>, StoreError> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let query = Query { beginning: Some((SK, ERASED)), after, ..Query::of(workspace.as_str()) };
            let read = self.table.query(query).await?;
            for item in &read.items {
                pages.push(units(item)?);
            }
            after = read.next;
            if after.is_none() {
                return Ok(pages);
            }
        }
    }
}

fn units(item: &Item) -> Result<Vec<Pseudonym>, StoreError> {
    let Some(AttributeValue::Bs(all)) = item.get(UNITS) else {
        return Err(StoreError::broken("a page of erased accounts has no accounts"));
    };
    let parsed = all.iter().map(|bytes| Pseudonym::of_bytes(bytes.as_ref()));
    parsed.collect::<Option<_>>().ok_or_else(|| StoreError::broken("a pseudonym does not have 16 bytes"))
}
