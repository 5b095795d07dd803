//! Accounts of the directory of workspace `acme`.

use serde_json::Value;

use super::{Bench, acme};
use bellwether::random;
use bellwether::store::accounts::Saved;
use bellwether::store::audit::Action;
use domain::account::name::Name;
use domain::account::upsert::Owners;
use domain::account::wire::Change;
use domain::validation::typed;

impl Bench {
    /// Creates or changes an account like `import-accounts`. Its parent must be an account's id.
    pub async fn account(&self, body: Value) {
        let settings = self.app.store.workspaces.get(&acme()).await.expect("a store");
        if !settings.has_directory {
            let (next, record) = (settings.with_directory(), self.record(Action::WorkspaceChanged));
            let opened = self.app.store.workspaces.replace(&acme(), &settings, &next, record).await;
            assert!(opened.expect("a store").expect("an operator"), "lost a race");
        }
        let read = |text: &str| Name::read(settings.unit_kind, text);
        let change = Change::parse(typed(body).expect("a body"), read).expect("an account");
        let accounts = &self.app.store.accounts;
        let names = change.keys().cloned().collect();
        let found = accounts.current(&acme(), &names).await.expect("a store");
        let owners: Owners<'_> = found.iter().map(|(name, account)| (name, account.as_ref())).collect();
        let old = change.owner(&owners).expect("free names");
        let (parent, random) = (change.parent.value().cloned(), random::bytes().expect("randomness"));
        let new = change.clone().apply(old, parent.as_ref(), self.app.clock.now(), random);
        let (new, _) = new.expect("a valid account");
        let saved = accounts.save(&acme(), old, &new, &[]).await.expect("a store");
        assert_eq!(saved, Saved::Stored);
    }
}
