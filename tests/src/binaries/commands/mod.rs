//! Tests the commands that use a server: `login`, `tests`, `results`, `assign`, `convert` and the demos.

mod importing;
mod sessions;
mod tutorial;

use serde_json::{Value, json};
use testing::commands::Terminal;
use testing::server::{Scratch, Server, bellwether};
use ureq::Agent;

/// A running server and its signed-in first admin.
struct Ground {
    server: Server,
    terminal: Terminal,
    password: String,
    folder: Scratch,
}

impl Ground {
    fn start() -> Self {
        let folder = Scratch::new();
        let server = Server::start(folder.path(), &[]);
        let password = server.password.clone().unwrap();
        let terminal = Terminal::signed_in(&server, &password);
        Self { server, terminal, password, folder }
    }

    /// Ends the server and starts it on the same port and data with more options.
    fn restart(&mut self, more: &[&str]) {
        let port = self.server.port().to_string();
        self.server.signal("TERM");
        self.server.code();
        let folder = self.folder.path().to_str().unwrap();
        let serve = [&["serve", "--port", &port, "--data", folder], more].concat();
        self.server = Server::spawn(bellwether(&serve));
    }

    /// Returns the session as the commands have stored it.
    fn session(&self) -> Value {
        let path = self.terminal.path().join("config/bellwether/sessions.json");
        let content: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        content["sessions"][format!("{}/v1", self.server.url)].clone()
    }

    fn agent() -> Agent {
        Agent::config_builder().http_status_as_error(false).build().into()
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let token = self.session()["access"]["token"].as_str().unwrap().to_owned();
        let request =
            ureq::http::Request::builder().method(method).uri(format!("{}/v1{path}", self.server.url));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let mut answer = Self::agent().run(request.body(body.to_string()).unwrap()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// Creates a test with a goal of each kind that imports use, and starts it.
    fn launch(&self, test_id: &str, more: Value) {
        let mut test = json!({ "test_id": test_id, "name": "Imported",
            "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
            "goals": [{ "key": "demo-booked", "kind": "binary", "role": "primary" }, { "key": "pipeline", "kind": "sum" }] });
        if let Value::Object(more) = more {
            test.as_object_mut().unwrap().extend(more);
        }
        let (status, answer) = self.request("POST", "/tests", &test);
        assert_eq!(status, 201, "{answer}");
        let start = json!({ "revision": 1, "status": "running" });
        assert_eq!(self.request("PATCH", &format!("/tests/{test_id}"), &start).0, 200);
    }
}
