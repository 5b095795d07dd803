//! Recorded pages of a database that are returned without delay. The work of a function on many pages can
//! then be measured without the time that the embedded DynamoDB takes to create them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use dynoxide::Database;
use serde_json::{Value, json};

/// A partition, and the sort key after which the page begins.
type PageKey = (String, Option<String>);

/// A server that responds to queries of whole partitions and to one kind of item read. It contains no
/// summaries.
pub struct Replay {
    /// The address of the server.
    pub url: String,
    recording: Arc<Recording>,
}

struct Recording {
    item: Bytes,
    pages: HashMap<PageKey, Bytes>,
    calls: Mutex<BTreeMap<String, u64>>,
}

impl Replay {
    /// Reads `partitions` of `table` completely, and the one `item` (a table's name and a key).
    pub async fn start(database: &Database, table: &str, partitions: &[String], item: Value) -> Self {
        let mut pages = HashMap::new();
        for partition in partitions {
            read(database, table, partition, &mut pages);
        }
        let item = database.get_item(serde_json::from_value(item).expect("a request")).expect("a response");
        let item = serde_json::to_vec(&item).expect("JSON").into();
        let recording = Arc::new(Recording { item, pages, calls: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().fallback(answer).with_state(recording.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, recording }
    }

    /// The number of requests of each operation.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.recording.calls.lock().expect("no panic under the lock").clone()
    }
}

fn read(database: &Database, table: &str, partition: &str, pages: &mut HashMap<PageKey, Bytes>) {
    let mut after = Value::Null;
    loop {
        let request = json!({ "TableName": table, "KeyConditionExpression": "pk = :p", "ConsistentRead": true,
            "ExpressionAttributeValues": { ":p": { "S": partition } }, "ExclusiveStartKey": after });
        let page = database.query(serde_json::from_value(request).expect("a request")).expect("a page");
        let page = serde_json::to_value(&page).expect("JSON");
        pages.insert((partition.to_owned(), sort_key(&after)), page.to_string().into());
        after = page["LastEvaluatedKey"].clone();
        if after.is_null() {
            return;
        }
    }
}

fn sort_key(key: &Value) -> Option<String> {
    key["sk"]["S"].as_str().map(str::to_owned)
}

async fn answer(State(recording): State<Arc<Recording>>, headers: HeaderMap, body: String) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    *recording.calls.lock().expect("no panic under the lock").entry(operation.clone()).or_default() += 1;
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let partition = request["ExpressionAttributeValues"][":partition"]["S"].as_str().unwrap_or_default();
    let page = || recording.pages.get(&(partition.to_owned(), sort_key(&request["ExclusiveStartKey"])));
    let summaries = request["TableName"].as_str().is_some_and(|name| name.ends_with("-summaries"));
    let found = match operation.as_str() {
        "GetItem" if request["Key"]["sk"]["S"] == "settings" => Some(Bytes::from_static(b"{}")),
        "GetItem" => Some(recording.item.clone()),
        "Query" if summaries => Some(Bytes::from_static(br#"{"Items":[],"Count":0}"#)),
        _ => page().cloned(),
    };
    match found {
        Some(bytes) => ([("content-type", "application/x-amz-json-1.0")], bytes).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}
