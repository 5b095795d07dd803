//! The functions whose first response is measured, behind TLS.

use bellwether::auth::access::Role;
use bellwether::clock::Clock;
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use serde_json::{Value, json};
use testing::cloud::Cloud;
use testing::runtime::project;
use testing::tls_front::Authority;
use testing::user_named;

use super::Services;
use crate::subject::{Subject, authorized, launch_test, running, sample, store};

/// The test of the samples.
const TEST: &str = "pricing-page-q4";

/// `assign-variant`, `login` and `get-results`, whose calls go through `services`.
#[must_use]
pub fn all(cloud: &Cloud, services: &Services, authority: &Authority) -> [Subject; 3] {
    let mut environment = cloud.environment(&services.dynamodb.endpoint);
    environment
        .retain(|(name, _)| !["LOG_LEVEL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"].contains(&name.as_str()));
    let add = [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", services.secrets.endpoint.clone()),
        ("AWS_CA_BUNDLE", authority.bundle().display().to_string()),
        ("METRICS_NAMESPACE", "Bellwether/bench".to_owned()),
    ];
    environment.extend(add.map(|(name, value)| (name.to_owned(), value)));
    // As in the Terraform module, only functions that sign know the name of the private keys.
    let reader: Vec<_> =
        environment.iter().filter(|(name, _)| name != "PRIVATE_KEYS_SECRET").cloned().collect();
    [
        ("assign-variant", &reader, authorized(cloud, "assign-variant", Role::Service), "assigned"),
        ("login", &environment, sample("login"), "access_token"),
        ("get-results", &reader, authorized(cloud, "get-results", Role::Viewer), "as_of"),
    ]
    .map(|(name, environment, event, answers)| Subject {
        name,
        binary: project().join(format!("target/lambda/{name}/bootstrap")),
        environment: environment.clone(),
        event,
        answers,
    })
}

/// Stores the sample test, running, with a report, and the user who signs in.
///
/// # Panics
/// When the samples do not match the code.
pub async fn prepare(cloud: &Cloud) {
    launch_test(cloud).await;
    let ((store, workspace), now) = (store(cloud), Clock::system().now());
    let test = running(TEST);
    let totals = store.events.aggregate(&workspace, &test, None, now).await.expect("a store");
    let report = Report::new(&test, &totals.expect("totals"), now, None, &Watched::default());
    let before = NoticeRecord::default();
    store.summaries.store(&workspace, &test, &report, &before).await.expect("a store");
    let ada = user_named("ada@example.com", Role::Admin, "acme");
    store.identities.put_user(&ada).await.expect("a store");
}

/// The event with an account of its own, so that each first assignment is a new one.
#[must_use]
pub fn with_account(event: &Value, account: usize) -> Value {
    let mut event = event.clone();
    let body = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
    if let Some(mut body) = body.filter(|body| body["unit_id"].is_string()) {
        body["unit_id"] = json!(format!("account-{account}.example"));
        event["body"] = json!(body.to_string());
    }
    event
}
