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
            Kind::Reapply => self.erased_before().await?,
            Kind::Erasure | Kind::Access => self.named(settings.unit_kind).await?,
        };
        let mut names: HashSet<UnitId> = accounts.iter().flat_map(|own| names_of(own)).cloned().collect();
        names.extend(self.keys(settings.unit_kind));
        let children = self.children(&names).await?;
        let strays = self.strays(&names).await?;
        let found = accounts.iter().flat_map(|own| names_of(own)).count() + children.len();
        let counts = Counts::from([("accounts".to_owned(), u64::try_from(found).unwrap_or(u64::MAX))]);
        self.found("directory", counts).await?;
        let store = &self.app.store.accounts;
        for child in &children {
            if store.orphan(self.workspace, child, self.app.clock.now()).await? == Saved::Outdated {
                return Err(Problem::Unavailable("an account was changed at the same time".to_owned()));
            }
        }
        for account in &accounts {
            store.erase(self.workspace, account).await?;
        }
        for other in self.others(&names).await? {
            let saved = store.strip(self.workspace, &other, &names, self.app.clock.now()).await?;
            if saved == Saved::Outdated {
                return Err(Problem::Unavailable("an account was changed at the same time".to_owned()));
            }
        }
        // What is left of removed aliases, and of accounts that another request changed at the same time.
        store.erase_names(self.workspace, names.iter().chain(&strays)).await?;
        Ok(())
    }

    /// The accounts that have one of these names as an alias, and are not erased themselves.
    async fn others(&self, names: &HashSet<UnitId>) -> Result<Vec<Arc<Account>>, Problem> {
        let found = self.app.store.accounts.current(self.workspace, names).await?;
        let others = found.into_values().filter(|own| !names.contains(&own.unit_id));
        let distinct: HashMap<UnitId, Arc<Account>> = others.map(|own| (own.unit_id.clone(), own)).collect();
        Ok(distinct.into_values().collect())
    }

    /// The forms under which the directory can have the names of the request.
    fn keys(&self, kind: UnitKind) -> HashSet<UnitId> {
        let of_kind = |kind: UnitKind| {
            self.request.units.iter().filter_map(move |text| Name::read(kind, text).ok()).map(|name| name.key)
        };
        of_kind(kind).chain(of_kind(UnitKind::Verbatim)).collect()
    }

    /// The aliases whose account has one of these names, and no such name themselves.
    async fn strays(&self, names: &HashSet<UnitId>) -> Result<Vec<UnitId>, Problem> {
        let aliases = self.app.store.accounts.aliases(self.workspace).await?;
        let is_stray = |(alias, id): &(UnitId, UnitId)| names.contains(id) && !names.contains(alias);
        Ok(aliases.into_iter().filter(is_stray).map(|(alias, _)| alias).collect())
    }

    /// The accounts that the request names.
    async fn named(&self, kind: UnitKind) -> Result<Vec<Arc<Account>>, Problem> {
        let keys = self.keys(kind);
        let found = self.app.store.accounts.current(self.workspace, &keys).await?;
        // An account that was merged with a named one meanwhile keeps what is its own.
        let is_named = |account: &Arc<Account>| keys.contains(&account.unit_id);
        let distinct: HashMap<UnitId, Arc<Account>> =
            found.into_values().filter(is_named).map(|account| (account.unit_id.clone(), account)).collect();
        Ok(distinct.into_values().collect())
    }

    /// The accounts that were erased before.
    async fn erased_before(&self) -> Result<Vec<Arc<Account>>, Problem> {
        let erased = self.app.store.privacy.erased(self.workspace, self.app.clock.now()).await?;
        let is_erased = |name: &UnitId| {
            let of_kind = |kind: UnitKind| self.key.pseudonym(self.workspace, kind, name);
            UnitKind::ALL.into_iter().any(|kind| erased.contains(&of_kind(kind)))
        };
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
