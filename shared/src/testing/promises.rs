//! What holds of every function that has a route.

use serde_json::json;

use super::{Bench, without_token};
use crate::auth::role::Role;
use crate::http::Function;
use crate::http::routes::ROUTES;

impl Bench {
    /// Asserts that a function lets nobody in without a token and refuses `role`, storing nothing but
    /// the record of that.
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
        let route = ROUTES.iter().find(|route| route.function == name).expect("a route");
        assert_eq!(record["target"], route.to_string());
    }

    /// Asserts that a function answers 503 with Retry-After within 3 s when DynamoDB is out of reach.
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
