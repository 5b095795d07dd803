//! `bellwether serve` as a built binary: what it keeps, what it refuses, and how it ends.

mod edges;
mod ending;
mod keeping;
mod passwords;
mod refusing;

use serde_json::{Value, json};
use testing::server::Server;
use ureq::Agent;

/// The first admin's e-mail address.
const ADMIN: &str = "admin@example.com";

/// A client that is signed in as the first admin.
struct Client {
    agent: Agent,
    url: String,
    token: String,
}

/// A client that takes every status as an answer.
fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

impl Client {
    fn of(server: &Server, password: &str) -> Self {
        let client = Self::stranger(server);
        let (status, signed_in) = client.post("/login", &json!({ "email": ADMIN, "password": password }));
        assert_eq!(status, 200, "{signed_in}");
        Self { token: signed_in["access_token"].as_str().unwrap().to_owned(), ..client }
    }

    fn stranger(server: &Server) -> Self {
        Self { agent: agent(), url: format!("{}/v1", server.url), token: String::new() }
    }

    /// The answer to a request with a body.
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.try_post(path, body).unwrap()
    }

    /// The same; an error when there is no answer.
    fn try_post(&self, path: &str, body: &Value) -> Result<(u16, Value), ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let mut answer = request.header("authorization", format!("Bearer {}", self.token)).send_json(body)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_json()?))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let request = self.agent.get(format!("{}{path}", self.url));
        let mut answer = request.header("authorization", format!("Bearer {}", self.token)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// Creates a test and starts it.
    fn launch(&self, test_id: &str) {
        let test = json!({ "test_id": test_id, "name": "Kept",
            "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
            "goals": [{ "key": "demo-booked", "kind": "binary", "role": "primary" }] });
        assert_eq!(self.post("/tests", &test).0, 201);
        let start = json!({ "revision": 1, "status": "running" });
        let request = self.agent.patch(format!("{}/tests/{test_id}", self.url));
        let answer = request.header("authorization", format!("Bearer {}", self.token)).send_json(start);
        assert_eq!(answer.unwrap().status(), 200);
    }
}
