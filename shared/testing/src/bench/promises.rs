//! Requirements for every function with a route.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Bench, user_named, without_token};
use bellwether::auth::access::Role;
use bellwether::auth::users::User;
use bellwether::operations::OPERATIONS;
use bellwether::runtime::Function;
use bellwether::store::schema::TableName;
use domain::experiment::Workspace;

impl Bench {
    /// Asserts that a function refuses requests without a token and with `role`, and stores only the record
    /// of the refusal.
    pub async fn assert_refuses(&self, function: Function, name: &str, role: Role) {
        let event = self.event(name, role).await;
        let answer = self.call(function, without_token(event.clone())).await;
        assert_eq!((answer.status, &answer.headers["www-authenticate"]), (401, &json!("Bearer")));
        let (answer, spent) = self.metered(function, event).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert_eq!(answer.body["type"], "urn:bellwether:problem:insufficient_scope");
        assert_eq!(spent.calls, 1, "a refusal costs one call, for its record");
        let records = self.records().await;
        let [record] = records.as_slice() else { panic!("one record: {records:?}") };
        assert_eq!((&record["action"], &record["outcome"]), (&json!("refused"), &json!("denied")));
        let operation = OPERATIONS.iter().find(|operation| operation.function == name).expect("an operation");
        assert_eq!(record["target"], operation.to_string());
    }

    /// Asserts that a caller who has lost the rights in the token gets 401 for `event`, and that nothing
    /// changes: after being disabled, a lower or a higher role, another password, or removal. No token
    /// becomes valid again, because the epoch has been incremented.
    pub async fn assert_ends_with_rights(&self, function: Function, event: Value, role: Role) {
        let other = if role == Role::Admin { Role::Analyst } else { Role::Admin };
        let ways: [fn(&User, Role) -> User; 5] = [
            |user, _| User { disabled: true, session_epoch: 1, ..user.clone() },
            |user, _| User { disabled: true, ..user.clone() },
            |user, other| User { role: other, ..user.clone() },
            |user, _| User { session_epoch: 1, ..user.clone() },
            |user, _| User { workspace: Workspace::parse("globex").expect("a slug"), ..user.clone() },
        ];
        for (number, change) in ways.into_iter().enumerate() {
            let holder = user_named(&format!("mallory-{number}@example.com"), role, "acme");
            let event = self.signed_by(event.clone(), &holder).await;
            self.assert_superseded(function, event.clone()).await;
            self.app.store.identities.put_user(&change(&holder, other)).await.expect("a store");
            self.assert_superseded(function, event).await;
        }
    }

    async fn assert_superseded(&self, function: Function, event: Value) {
        let tables = [TableName::Tests, TableName::Identities, TableName::Audit];
        let before = join_all(tables.map(|table| self.items(table))).await;
        let answer = self.call(function, event).await;
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.body["type"], "urn:bellwether:problem:invalid_token");
        let challenge = answer.headers["www-authenticate"].as_str().unwrap_or_default();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        let after = join_all(tables.map(|table| self.items(table))).await;
        assert_eq!(before, after, "the refused request changed data");
    }

    /// Asserts that a function returns 503 with Retry-After within 3 s when DynamoDB is unreachable.
    pub async fn assert_unavailable_without_store(function: Function, name: &str) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let silent = format!("http://{}", listener.local_addr().expect("an address"));
        for endpoint in ["http://127.0.0.1:1".to_owned(), silent] {
            let bench = Self::at(endpoint).await;
            let began = std::time::Instant::now();
            let answer = bench.call(function, bench.event(name, Role::Admin).await).await;
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert_eq!(answer.headers["retry-after"], "1");
            assert!(began.elapsed() < std::time::Duration::from_secs(3), "{:?}", began.elapsed());
        }
    }
}
