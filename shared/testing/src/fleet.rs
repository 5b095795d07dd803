//! All built functions with one environment. Each is started at its first request, and their logs are read
//! after all have ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use bellwether::auth::access::Role;
use bellwether::operations::{BodyKind, METHODS, OPERATIONS, Operation};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::runtime::{Instance, binary, project};

/// The function that handles all undeclared methods of a path.
pub const REJECT: &str = "reject-method";
/// The maximum time of a function: the budget is 2.7 s for all operations except aggregations, which have 25
/// s.
const PATIENCE: Duration = Duration::from_secs(28);

/// One instance of each function.
pub struct Fleet {
    environment: Vec<(String, String)>,
    folder: PathBuf,
    instances: BTreeMap<String, Instance>,
}

/// A response in the form of API Gateway.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u64,
    /// The headers, names in lower case, each with all its values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body as sent.
    pub body: String,
}

impl Response {
    /// The only value of a header. Empty when the header is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let values = self.headers.get(name).map(Vec::as_slice).unwrap_or_default();
        assert!(values.len() < 2, "{name} is repeated: {values:?}");
        values.first().map(String::as_str).unwrap_or_default()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The type of the problem. Empty when the response is not a problem.
    #[must_use]
    pub fn kind(&self) -> String {
        let document = self.json();
        let kind = document["type"].as_str().and_then(|kind| kind.strip_prefix("urn:bellwether:problem:"));
        kind.unwrap_or_default().to_owned()
    }
}

impl Fleet {
    /// Functions with the environment of the cloud, except for `changes`.
    #[must_use]
    pub fn new(cloud: &Cloud, changes: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mut environment = cloud.environment(&cloud.dynamodb);
        for (name, value) in changes {
            environment.retain(|(known, _)| known != name);
            environment.push(((*name).to_owned(), (*value).to_owned()));
        }
        let own = format!("bellwether-fleet-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let folder = std::env::temp_dir().join(own);
        fs::create_dir(&folder).expect("a folder for logs");
        Self { environment, folder, instances: BTreeMap::new() }
    }

    /// Invokes a function with an event.
    ///
    /// # Errors
    /// The function error that Lambda would report, or a message when the process ended.
    pub async fn invoke(&mut self, function: &str, event: Value) -> Result<Value, String> {
        if !self.instances.contains_key(function) {
            let log = File::create(self.folder.join(function)).expect("a file for a log");
            let instance = Instance::start_logged(&binary(function), &self.environment, log).await;
            self.instances.insert(function.to_owned(), instance);
        }
        let answer = tokio::time::timeout(PATIENCE, self.instances[function].invoke(event)).await;
        answer.unwrap_or_else(|_| panic!("{function} did not respond within {PATIENCE:?}"))
    }

    /// Sends a request to a function, which responds to any request.
    pub async fn ask(&mut self, function: &str, event: Value) -> Response {
        let shown = event.to_string();
        let answer = self.invoke(function, event).await;
        let answer = answer.unwrap_or_else(|error| panic!("{function}: {error}\n{shown}"));
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, values) in answer["multiValueHeaders"].as_object().into_iter().flatten() {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            headers.insert(name.to_lowercase(), values.map(str::to_owned).collect());
        }
        for (name, value) in answer["headers"].as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default().to_owned();
            headers.entry(name.to_lowercase()).or_insert_with(|| vec![value]);
        }
        let body = answer["body"].as_str().unwrap_or_default().to_owned();
        Response { status: answer["statusCode"].as_u64().unwrap_or_default(), headers, body }
    }

    /// Ends all functions at once, because they write their last line before their last response. Returns
    /// what each has written to both streams.
    #[must_use]
    pub fn logs(mut self) -> BTreeMap<String, String> {
        let mut logs = BTreeMap::new();
        for (function, instance) in std::mem::take(&mut self.instances) {
            drop(instance);
            let log = fs::read(self.folder.join(&function)).expect("the function's log");
            logs.insert(function, String::from_utf8_lossy(&log).into_owned());
        }
        logs
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The sample event of a function.
#[must_use]
pub fn sample(function: &str) -> Value {
    let text = fs::read_to_string(project().join(format!("events/{function}.json"))).expect("a sample event");
    serde_json::from_str(&text).expect("a sample event is JSON")
}

/// The event of a route: the sample of its function, which may be for another route of that function, with a
/// token of `role`.
#[must_use]
pub fn event_of(cloud: &Cloud, route: &Operation, role: Role) -> Value {
    let mut event = sample(route.function);
    let own = event["pathParameters"].as_object().cloned().unwrap_or_default();
    // The sample of the function can be that of an operation without a parameter.
    let value = |name: &str| {
        own.get(name).cloned().unwrap_or_else(|| match name {
            "test_id" => json!("pricing-page-q4"),
            _ => json!("0".repeat(32)),
        })
    };
    let parameters: serde_json::Map<_, _> =
        route.path_parameters().map(|name| (name.to_owned(), value(name))).collect();
    if route.body == BodyKind::None {
        event["body"] = Value::Null;
    }
    event["pathParameters"] = if parameters.is_empty() { Value::Null } else { parameters.into() };
    let mut event = at(event, route.method, route.path);
    let bearer = cloud.bearer(role);
    event["headers"]["authorization"] = json!(bearer);
    event["multiValueHeaders"]["authorization"] = json!([bearer]);
    event
}

/// The event with another method and declared path. The path has the parameters of the event.
#[must_use]
pub fn at(mut event: Value, method: &str, declared: &str) -> Value {
    let parameters = event["pathParameters"].as_object().cloned().unwrap_or_default();
    let fill = |path: String, (name, value): (&String, &Value)| {
        path.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default())
    };
    let path = parameters.iter().fold(declared.to_owned(), fill);
    (event["httpMethod"], event["resource"], event["path"]) = (json!(method), json!(declared), json!(path));
    let context = &mut event["requestContext"];
    (context["httpMethod"], context["resourcePath"]) = (json!(method), json!(declared));
    context["path"] = json!(format!("/v1{path}"));
    event
}

/// All undeclared methods of every declared path, as events for [`REJECT`].
#[must_use]
pub fn undeclared() -> Vec<Value> {
    let mut events = Vec::new();
    for route in OPERATIONS {
        let has = |method| OPERATIONS.iter().any(|other| (other.path, other.method) == (route.path, method));
        let event = sample(route.function);
        events.extend(METHODS.iter().filter(|m| !has(m)).map(|m| at(event.clone(), m, route.path)));
    }
    events
}
