//! Tests the built command `bellwether serve`.

mod deciding;
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

/// Returns a client that does not treat a status as an error.
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

    /// Sends a request with a body and returns status and body of the response.
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.try_post(path, body).unwrap()
    }

    /// Does the same, and returns an error if there is no response.
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
