//! A bench with the resources of the sample events, and the event of an operation.

use bellwether::auth::access::Role;
use bellwether::operations::{Access, BodyKind, Operation};
use serde_json::{Value, json};
use testing::{Answer, Bench, document, with_body, with_query, without_token};

use super::functions;

/// A bench, and a valid event of an operation.
pub struct Ground {
    pub operation: &'static Operation,
    pub bench: Bench,
    pub event: Value,
}

impl Ground {
    /// Creates a bench, with the sample test running if the operation concerns a test.
    pub async fn of(operation: &'static Operation) -> Self {
        let bench = Bench::start().await;
        if operation.path_parameters().any(|name| name == "test_id") {
            bench.launch(json!({})).await;
        }
        Self::on(operation, bench).await
    }

    /// Uses another bench.
    pub async fn on(operation: &'static Operation, bench: Bench) -> Self {
        let event = event(&bench, operation, Role::Admin).await;
        Self { operation, bench, event }
    }

    /// Sends the event.
    pub async fn ask(&self) -> Answer {
        self.send(self.event.clone()).await
    }

    /// Sends another event of the operation.
    pub async fn send(&self, event: Value) -> Answer {
        self.bench.call(functions::of(self.operation), event).await
    }
}

/// Returns the sample event of an operation, with a token of `role` if it needs one.
pub async fn event(bench: &Bench, operation: &Operation, role: Role) -> Value {
    let mut event = match operation.access {
        Access::Public => without_token(document::event(operation.function)),
        Access::Scope(_) => bench.event(operation.function, role).await,
    };
    if event["resource"] != operation.path {
        if takes_json(operation) {
            event = with_body(event, &document::example(operation.id));
        }
        for name in ["resource", "path"] {
            event[name] = json!(operation.path);
        }
        event["requestContext"]["resourcePath"] = json!(operation.path);
        event["requestContext"]["path"] = json!(format!("/v1{}", operation.path));
    }
    for request in ["/httpMethod", "/requestContext/httpMethod"] {
        if let Some(method) = event.pointer_mut(request) {
            *method = json!(operation.method);
        }
    }
    // Its function's sample is the body of another operation.
    if operation.id == "look-up-accounts-assignments" {
        event = with_body(event, &json!({ "units": [{ "unit_id": "acme.com" }] }));
    }
    if operation.path.ends_with("/{request_id}") {
        event["pathParameters"] = json!({ "request_id": "0".repeat(32) });
    }
    // The only query parameter that is required.
    if operation.query.contains(&"tests") {
        event = with_query(event, "tests", "pricing-page-q4");
    }
    event
}

/// Returns whether an operation accepts a JSON object.
pub fn takes_json(operation: &Operation) -> bool {
    operation.body == BodyKind::Json
}
