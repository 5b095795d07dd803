//! The erasure of accounts from the directory: their items, and the references of other accounts to them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bellwether::http::problem::Problem;
use bellwether::store::accounts::Saved;
use domain::account::Account;
use domain::account::name::Name;
use domain::experiment::{UnitId, UnitKind};
use domain::privacy::Kind;
use domain::privacy::request::Counts;

use super::parts::Erasing;

impl Erasing<'_> {
    /// Erases accounts from the directory. In a workspace without one, this makes one call.
    pub async fn directory(&mut self) -> Result<(), Problem> {
        let settings = self.app.store.workspaces.get(self.workspace).await?;
        if !settings.has_directory {
            return Ok(());
        }
        let accounts = match self.request.kind {
            Kind::Reapply => self.erased_before(settings.unit_kind).await?,
            Kind::Erasure | Kind::Access => self.named(settings.unit_kind).await?,
        };
        let names: HashSet<UnitId> = accounts.iter().flat_map(|own| names_of(own)).cloned().collect();
        let children = self.children(&names).await?;
        let count = u64::try_from(names.len() + children.len()).unwrap_or(u64::MAX);
        self.found("directory", Counts::from([("accounts".to_owned(), count)])).await?;
        for child in &children {
            let saved = self.app.store.accounts.orphan(self.workspace, child, self.app.clock.now()).await?;
            if saved == Saved::Outdated {
                return Err(Problem::Unavailable("an account was changed at the same time".to_owned()));
            }
        }
        for account in &accounts {
            self.app.store.accounts.erase(self.workspace, account).await?;
        }
        Ok(())
    }

    /// The accounts that the request names.
    async fn named(&self, kind: UnitKind) -> Result<Vec<Arc<Account>>, Problem> {
        let keys = self.request.units.iter().filter_map(|text| Name::read(kind, text).ok());
        let found =
            self.app.store.accounts.current(self.workspace, &keys.map(|name| name.key).collect()).await?;
        let distinct: HashMap<UnitId, Arc<Account>> =
            found.into_values().map(|account| (account.unit_id.clone(), account)).collect();
        Ok(distinct.into_values().collect())
    }

    /// The accounts that were erased before.
    async fn erased_before(&self, kind: UnitKind) -> Result<Vec<Arc<Account>>, Problem> {
        let erased = self.app.store.privacy.erased(self.workspace, self.app.clock.now()).await?;
        let is_erased = |name: &UnitId| erased.contains(&self.key.pseudonym(self.workspace, kind, name));
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (accounts, next) = self.app.store.accounts.page(self.workspace, after.as_ref(), None).await?;
            let erased = accounts.into_iter().filter(|own| names_of(own).any(is_erased));
            found.extend(erased.map(Arc::new));
            after = next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// The accounts whose parent is one of `names`, without those that have one of these names themselves.
    async fn children(&self, names: &HashSet<UnitId>) -> Result<Vec<Account>, Problem> {
        let (mut found, mut after) = (Vec::new(), None);
        while !names.is_empty() {
            let page = self.app.store.accounts.children(self.workspace, names, after.as_ref()).await?;
            found.extend(page.0.into_iter().filter(|own| !names.contains(&own.unit_id)));
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

fn names_of(account: &Account) -> impl Iterator<Item = &UnitId> {
    std::iter::once(&account.unit_id).chain(&account.aliases)
}
