//! Initial content of a bench's tables: users, clients and running tests.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Bench, NOON, body_of};
use bellwether::auth::access::{Caller, Role, Scope};
use bellwether::auth::clients::{Client, Drawn};
use bellwether::auth::users::{Email, Password, User};
use bellwether::random;
use bellwether::store::audit::Action;
use bellwether::store::experiments::Created;
use bellwether::store::ledger::AuditedChange;
use domain::clock::{Timestamp, Zone};
use domain::experiment::{Definition, Experiment, PreviewKey, Seed, Workspace};
use domain::privacy::{Demand, Kind, PrivacyRequest};
use domain::validation::typed;

impl Bench {
    /// Stores a running test of workspace `acme`: the sample test with changed fields.
    pub async fn launch(&self, changes: Value) -> Experiment {
        self.launch_in("verbatim", "UTC", changes).await
    }

    /// Stores a running test as in a workspace with this kind of units and time zone.
    pub async fn launch_in(&self, unit_kind: &str, time_zone: &str, changes: Value) -> Experiment {
        let mut body = body_of(&self.event("create-test", Role::Admin).await);
        for (name, value) in changes.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let body = typed(self.app.screen.clean(body).expect("a body without hidden characters"));
        let kind = typed(json!(unit_kind)).expect("a kind of units");
        let zone = Zone::parse(time_zone).expect("a time zone");
        let definition = Definition::within(body.expect("a body"), kind, zone).expect("a definition");
        let draft = Experiment::draft(definition, Seed::from_random(*b"8 bytes!"), self.app.clock.now());
        let draft = Experiment { preview_key: Some(PreviewKey::from_random([7; 32])), ..draft };
        let start = json!({ "revision": 1, "status": "running", "acknowledge_suspect": true });
        let test = self.revised(&draft, start);
        let record = self.record(Action::TestCreated);
        let created = self
            .app
            .store
            .experiments
            .create(&acme(), &test, record)
            .await
            .expect("a store")
            .expect("an operator");
        assert!(matches!(created, Created::New), "a test with this name exists");
        test
    }

    /// Changes a stored test of workspace `acme` like `update-test`.
    pub async fn change(&self, test: &Experiment, patch: Value) -> Experiment {
        let next = self.revised(test, patch);
        let record = self.record(Action::TestChanged);
        let replaced = self.app.store.experiments.replace(&acme(), test, &next, record).await;
        assert!(replaced.expect("a store").expect("an operator"), "lost a race");
        next
    }

    /// Changes the settings of workspace `acme` like `manage-workspace`.
    pub async fn configure(&self, patch: Value) {
        let workspaces = &self.app.store.workspaces;
        let old = workspaces.get(&acme()).await.expect("a store");
        let new = old.revise(typed(patch).expect("a patch")).expect("a legal change");
        let record = self.record(Action::WorkspaceChanged);
        let replaced = workspaces.replace(&acme(), &old, &new, record).await;
        assert!(replaced.expect("a store").expect("an operator"), "lost a race");
    }

    pub(super) fn record(&self, action: Action) -> AuditedChange {
        let origin = self.app.origin_at("bench".to_owned(), None).expect("an origin");
        origin.record(&acme(), "bench", action, "a test").unconditional()
    }

    /// Creates workspace `acme` and its first admin, ada@example.com. Returns the admin.
    pub async fn found(&self) -> User {
        let ada = user_named("ada@example.com", Role::Admin, "acme");
        let record = self.record(Action::WorkspaceCreated);
        assert!(
            self.app.store.identities.bootstrap(&ada, record).await.expect("a store"),
            "the workspace exists"
        );
        ada
    }

    /// Adds a user to the workspace `acme`.
    pub async fn join(&self, email: &str, role: Role) -> User {
        let user = user_named(email, role, "acme");
        let record = self.record(Action::UserCreated);
        let added = self.app.store.identities.add_user(&user, record).await;
        assert!(added.expect("a store").expect("an operator"), "the user exists");
        user
    }

    fn revised(&self, test: &Experiment, patch: Value) -> Experiment {
        let seed = Seed::from_random(*b"another!");
        let patch = self.app.screen.clean(patch).expect("a patch without hidden characters");
        test.revise(typed(patch).expect("a patch"), seed, self.app.clock.now()).expect("a legal change")
    }

    /// Requests the erasure of accounts of the workspace `acme`, as `request-privacy` does. What is stored about them
    /// stays until `answer-privacy-requests` runs.
    pub async fn erase(&self, units: &[&str]) -> PrivacyRequest {
        let (workspace, now) = (acme(), self.app.clock.now());
        let units = units.iter().map(|&unit| unit.to_owned()).collect();
        let demand = Demand { kind: Kind::Erasure, units, reason: "ticket 7".to_owned() };
        let key = self.app.pseudonyms.get(now).await.expect("a key");
        let pseudonyms = key.pseudonyms(&workspace, &demand.units);
        let id = key.request_id(&workspace, &demand);
        let request = PrivacyRequest::new(id, demand, pseudonyms, "bench".to_owned(), now);
        let record = self.record(Action::PrivacyRequested);
        let stored = self.app.store.privacy.create(&workspace, &request, record).await;
        assert_eq!(stored.expect("a store").expect("an operator"), None, "the request exists");
        request
    }

    /// Adds a client that may record conversions to the workspace `acme`. Returns it with its secret.
    pub async fn client(&self, name: &str) -> (Client, SecretString) {
        let (workspace, scopes) = (acme(), Scope::ALL.to_vec());
        let (subject, session_epoch) = ("bench".to_owned(), Some(0));
        let caller = Caller { subject, workspace, role: Role::Admin, scopes, session_epoch };
        let new = typed(json!({ "name": name, "scopes": ["conversions:write"] })).expect("a body");
        let (id, secret) = (random::bytes().expect("a number"), random::bytes().expect("a number"));
        let drawn = Drawn { id, secret };
        let (client, secret) = Client::new(new, &caller, &drawn, self.app.clock.now()).expect("a client");
        let record = self.record(Action::ClientCreated);
        let added = self.app.store.clients.create(&client, record).await;
        assert!(added.expect("a store").expect("an operator"), "the client exists");
        (client, secret)
    }
}

/// The workspace of all samples.
#[must_use]
pub fn acme() -> Workspace {
    Workspace::parse("acme").expect("a slug")
}

/// A user with the password `correct horse battery staple`.
#[must_use]
pub fn user_named(email: &str, role: Role, workspace: &str) -> User {
    let email = Email::parse(email).expect("an address");
    let workspace = Workspace::parse(workspace).expect("a slug");
    let password = Password::parse(&"correct horse battery staple".to_owned().into()).expect("a password");
    User::new(email, workspace, role, &password, Timestamp::from_millis(NOON)).expect("a hash")
}
