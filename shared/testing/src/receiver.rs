//! A receiver in place of `EventBridge` and Lambda: it records the events and the asynchronous invocations that
//! it accepts. It can refuse some of the events of a call, as `EventBridge` does when it throttles.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A running receiver.
pub struct Receiver {
    /// Its address.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

/// What a receiver has accepted.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The entries of `PutEvents`, with their details as JSON in place of text.
    pub events: Vec<Value>,
    /// The name of the function and the event of each invocation.
    pub invocations: Vec<(String, Value)>,
    refusals: usize,
}

impl Receiver {
    /// Starts a receiver on a free port.
    pub async fn start() -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let routes = Router::new()
            .route("/", post(put_events))
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .with_state(seen.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, seen }
    }

    /// Refuses the next events one by one: every other one, until there were this many refusals.
    pub fn refuse(&self, refusals: usize) {
        self.seen.lock().expect("no panic under the lock").refusals = refusals;
    }

    /// What it has accepted so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("no panic under the lock").clone()
    }
}

async fn put_events(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let (Some("AWSEvents.PutEvents"), Some(entries)) = (target, body["Entries"].as_array()) else {
        return (StatusCode::BAD_REQUEST, Json(json!({ "__type": "UnknownOperationException" })));
    };
    let mut seen = seen.lock().expect("no panic under the lock");
    let results: Vec<Value> =
        entries.iter().enumerate().map(|(place, entry)| seen.receive(place, entry)).collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    (StatusCode::OK, Json(json!({ "FailedEntryCount": failed, "Entries": results })))
}

async fn invoke(
    State(seen): State<Arc<Mutex<Seen>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    if headers.get("x-amz-invocation-type").is_none_or(|kind| kind.as_bytes() != b"Event") {
        return StatusCode::BAD_REQUEST;
    }
    let event = serde_json::from_str(&body).unwrap_or_default();
    seen.lock().expect("no panic under the lock").invocations.push((name, event));
    StatusCode::ACCEPTED
}

impl Seen {
    fn receive(&mut self, place: usize, entry: &Value) -> Value {
        if self.refusals > 0 && place.is_multiple_of(2) {
            self.refusals -= 1;
            return json!({ "ErrorCode": "ThrottlingException", "ErrorMessage": "made by the receiver" });
        }
        let mut entry = entry.clone();
        let detail = entry["Detail"].as_str().and_then(|text| serde_json::from_str(text).ok());
        entry["Detail"] = detail.unwrap_or_default();
        self.events.push(entry);
        json!({ "EventId": format!("event-{}", self.events.len()) })
    }
}
