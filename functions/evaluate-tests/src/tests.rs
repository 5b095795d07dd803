//! Tests of evaluations and previews with a real store.

mod evaluating;
mod exposing;
mod previewing;

use bellwether::auth::access::Role;
use bellwether::store::schema::TableName;
use serde_json::{Value, json};
use testing::{Answer, Bench, with_body};

use super::FUNCTION;

/// The event of `POST /evaluate`.
async fn evaluation(bench: &Bench, role: Role, body: &Value) -> Value {
    let mut event = with_body(bench.event("evaluate-tests", role).await, body);
    for (name, value) in [("resource", "/evaluate"), ("path", "/evaluate")] {
        event[name] = json!(value);
    }
    event["pathParameters"] = Value::Null;
    event["requestContext"]["resourcePath"] = json!("/evaluate");
    event["requestContext"]["path"] = json!("/v1/evaluate");
    event
}

async fn evaluate(bench: &Bench, body: Value) -> Answer {
    let event = evaluation(bench, Role::Service, &body).await;
    bench.call(FUNCTION, event).await
}

async fn preview(bench: &Bench, body: Value) -> Answer {
    let event = with_body(bench.event("evaluate-tests", Role::Viewer).await, &body);
    bench.call(FUNCTION, event).await
}

fn software(unit_id: &str) -> Value {
    json!({ "unit_id": unit_id, "attributes": { "industry": "software", "employees": 900 } })
}

fn units(count: usize) -> Vec<Value> {
    (0..count).map(|n| software(&format!("unit-{n}"))).collect()
}

/// Everything that is stored about tests and accounts.
async fn stored(bench: &Bench) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for table in [TableName::Tests, TableName::Events, TableName::Summaries] {
        all.push(bench.items(table).await);
    }
    all
}
