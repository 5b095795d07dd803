//! The subjects of measurement: a built function, its environment and its event.

use std::path::PathBuf;

use bellwether::auth::access::Role;
use bellwether::clock::Clock;
use bellwether::config::Limits;
use bellwether::net::request_id::RequestId;
use bellwether::store::Store;
use bellwether::store::audit::{Action, Provenance};
use domain::experiment::{Definition, Experiment, Seed, Workspace};
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use serde_json::{Value, json};
use testing::cloud::{Cloud, PREFIX, sdk};
use testing::runtime::project;

/// A release binary built by `cargo lambda build`, and its input.
pub struct Subject {
    /// The function's name.
    pub name: &'static str,
    /// Its binary.
    pub binary: PathBuf,
    /// The environment variables.
    pub environment: Vec<(String, String)>,
    /// The event of every invocation.
    pub event: Value,
    /// A part of a correct response. Without this check, a function that returns errors would appear fast.
    pub answers: &'static str,
}

impl Subject {
    /// `assign-variant`, the bare function, and the bare function behind API Gateway, all with the same
    /// event. DynamoDB is behind `proxy`.
    #[must_use]
    pub fn all(cloud: &Cloud, proxy: &str) -> [Self; 3] {
        let mut environment = cloud.environment(proxy);
        // The log level of production, because the log line of each request is part of its cost.
        environment.retain(|(name, _)| name != "LOG_LEVEL");
        environment.push(("METRICS_NAMESPACE".to_owned(), "Bellwether/bench".to_owned()));
        let event = authorized(cloud, "assign-variant", Role::Service);
        [("assign-variant", "assigned"), ("hello", "Hello"), ("hello-http", "Hello")].map(
            |(name, answers)| Self {
                name,
                binary: project().join(format!("target/lambda/{name}/bootstrap")),
                environment: environment.clone(),
                event: event.clone(),
                answers,
            },
        )
    }

    /// `export-metrics`, with a request for the page of workspace `acme`.
    #[must_use]
    pub fn of_metrics(cloud: &Cloud) -> Self {
        Self {
            name: "export-metrics",
            binary: project().join("target/lambda/export-metrics/bootstrap"),
            environment: cloud.environment(&cloud.dynamodb),
            event: authorized(cloud, "export-metrics", Role::Service),
            answers: "bellwether_test_running",
        }
    }

    /// The same function without log lines of requests and their metrics.
    #[must_use]
    pub fn silent(&self, name: &'static str) -> Self {
        let mut environment = self.environment.clone();
        environment.retain(|(name, _)| name != "METRICS_NAMESPACE");
        environment.push(("LOG_LEVEL".to_owned(), "error".to_owned()));
        Self {
            name,
            binary: self.binary.clone(),
            environment,
            event: self.event.clone(),
            answers: self.answers,
        }
    }

    /// Whether `answer` is a correct response.
    #[must_use]
    pub fn is_right(&self, answer: &Value) -> bool {
        answer.to_string().contains(self.answers)
    }
}

/// The sample event of a function as API Gateway sends it, with a token of `role` that is valid for 15 minutes.
///
/// # Panics
/// When there is no sample.
#[must_use]
pub fn authorized(cloud: &Cloud, name: &str, role: Role) -> Value {
    let mut event = sample(name);
    let authorization = cloud.bearer(role);
    event["headers"]["authorization"] = json!(authorization);
    event["multiValueHeaders"]["authorization"] = json!([authorization]);
    event
}

/// The sample event of a function.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn sample(name: &str) -> Value {
    let path = project().join(format!("events/{name}.json"));
    let text = std::fs::read_to_string(path).expect("a sample event");
    serde_json::from_str(&text).expect("a sample event is JSON")
}

/// The sample test with another name, running.
///
/// # Panics
/// When the sample does not match the code.
#[must_use]
pub fn running(test_id: &str) -> Experiment {
    let mut body: Value =
        sample("create-test")["body"].as_str().map(serde_json::from_str).expect("a body").expect("JSON");
    body["test_id"] = json!(test_id);
    let definition = Definition::parse(serde_json::from_value(body).expect("the body of a test"));
    let (seed, now) = (Seed::from_random(*b"8 bytes!"), Clock::system().now());
    let draft = Experiment::draft(definition.expect("a definition"), seed.clone(), now);
    let patch = serde_json::from_value(json!({ "revision": 1, "status": "running" }));
    draft.revise(patch.expect("a patch"), seed, now).expect("a legal change")
}

/// The store of `cloud`, and workspace `acme`.
///
/// # Panics
/// Never.
#[must_use]
pub fn store(cloud: &Cloud) -> (Store, Workspace) {
    let client = aws_sdk_dynamodb::config::Builder::from(&sdk(&cloud.dynamodb));
    (Store::new(client, PREFIX, &Limits::default()), Workspace::parse("acme").expect("a slug"))
}

async fn create(store: &Store, workspace: &Workspace, test: &Experiment, unique: u8) {
    let now = Clock::system().now();
    let origin =
        Provenance { at: now, request_id: RequestId::of_event("bench"), source: None, unique: [unique; 16] };
    let entry = origin.record(workspace, "bench", Action::TestCreated, &test.definition.test_id);
    store
        .experiments
        .create(workspace, test, entry.unconditional())
        .await
        .expect("a store")
        .expect("an operator");
}

/// Stores the sample test, running.
///
/// # Panics
/// When the sample does not match the code.
pub async fn launch_test(cloud: &Cloud) {
    let (store, workspace) = store(cloud);
    let name = sample("create-test")["body"].as_str().map(serde_json::from_str::<Value>);
    let name = name.expect("a body").expect("JSON")["test_id"].as_str().expect("a name").to_owned();
    create(&store, &workspace, &running(&name), 1).await;
}

/// Stores that many running tests, each with a report.
///
/// # Panics
/// As for [`launch_test`].
pub async fn launch_counted(cloud: &Cloud, tests: u32) {
    let ((store, workspace), now) = (store(cloud), Clock::system().now());
    let first = running("counted-000");
    let totals =
        store.events.aggregate(&workspace, &first, None, now).await.expect("a store").expect("totals");
    for n in 0..tests {
        let test = running(&format!("counted-{n:03}"));
        create(&store, &workspace, &test, 2).await;
        let report = Report::new(&test, &totals, now, None, &Watched::default());
        let before = NoticeRecord::default();
        store.summaries.store(&workspace, &test, &report, &before).await.expect("a store");
    }
}
