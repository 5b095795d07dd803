//! The client side of tests: it calls functions, retries until a request is acknowledged, sets up a test, and
//! reads its results. It can also read the tables directly.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use bellwether::auth::access::Role;
use bellwether::store::item::Item;
use bellwether::store::schema::{PK, SK, TableName};
use serde_json::{Value, json};

use crate::cloud::{Cloud, sdk};
use crate::runtime::{Instance, binary};

/// The maximum time of a function: the budget is 2.7 s for all operations except aggregations, which have 25
/// s.
const PATIENCE: Duration = Duration::from_secs(28);

/// A function's response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u64,
    /// The body.
    pub body: Value,
}

/// Starts an instance of the function `name` with DynamoDB at `dynamodb` and `more` in its environment.
pub async fn instance(cloud: &Cloud, dynamodb: &str, name: &str, more: &[(&str, &str)]) -> Instance {
    let mut environment = cloud.environment(dynamodb);
    environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Instance::start(&binary(name), &environment).await
}

/// Calls a function and waits for its response.
///
/// # Errors
/// When its process has ended.
pub async fn ask(instance: &Instance, event: Value) -> Result<Answer, String> {
    let answer = tokio::time::timeout(PATIENCE, instance.invoke(event)).await;
    let answer = answer.expect("a function responds within its budget")?;
    let body = answer["body"].as_str().and_then(|text| serde_json::from_str(text).ok());
    Ok(Answer { status: answer["statusCode"].as_u64().unwrap_or_default(), body: body.unwrap_or_default() })
}

/// The path of `part` of a test.
#[must_use]
pub fn path(test_id: &str, part: &str) -> String {
    format!("/tests/{test_id}/{part}")
}

/// Creates the test that `body` describes and starts it.
pub async fn launch(cloud: &Cloud, dynamodb: &str, body: &Value) {
    let test_id = body["test_id"].as_str();
    let create = instance(cloud, dynamodb, "create-test", &[]).await;
    let created = ask(&create, cloud.event("POST", "/tests", None, Role::Admin, body)).await;
    assert_eq!(created.as_ref().map(|answer| answer.status), Ok(201), "{created:?}");
    let update = instance(cloud, dynamodb, "update-test", &[]).await;
    let start = json!({ "revision": 1, "status": "running" });
    let path = format!("/tests/{}", test_id.unwrap_or_default());
    let started = ask(&update, cloud.event("PATCH", &path, test_id, Role::Admin, &start)).await;
    assert_eq!(started.as_ref().map(|answer| answer.status), Ok(200), "{started:?}");
}

/// The results of a test, from a new instance.
pub async fn results(cloud: &Cloud, dynamodb: &str, test_id: &str) -> Value {
    let instance = instance(cloud, dynamodb, "get-results", &[]).await;
    read_results(cloud, &instance, test_id).await
}

/// The results of a test, from this instance of `get-results`.
pub async fn read_results(cloud: &Cloud, instance: &Instance, test_id: &str) -> Value {
    let event = cloud.event("GET", &path(test_id, "results"), Some(test_id), Role::Viewer, &Value::Null);
    let answer = ask(instance, event).await.expect("a running process");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The full name of a table of the functions.
#[must_use]
pub fn table(cloud: &Cloud, name: TableName) -> String {
    let environment = cloud.environment(&cloud.dynamodb);
    let prefix = environment.into_iter().find(|(name, _)| name == "TABLE_PREFIX");
    name.in_deployment(&prefix.expect("a prefix").1)
}

/// The records of refusals in `audit`: the target and the reason.
pub async fn refusals(cloud: &Cloud) -> Vec<(String, String)> {
    let client = aws_sdk_dynamodb::Client::new(&sdk(&cloud.dynamodb));
    let scan = client.scan().table_name(table(cloud, TableName::Audit)).consistent_read(true);
    let items = scan.send().await.expect("a table").items.unwrap_or_default();
    let text = |item: &Item, name: &str| item[name].as_s().expect("a text").clone();
    let refused = items.iter().filter(|item| text(item, "action") == "refused");
    refused.map(|item| (text(item, "target"), text(item, "detail"))).collect()
}

/// The keys of all rows in `events`, and the variants of those that have one.
pub async fn rows(cloud: &Cloud) -> Vec<(String, String, Option<String>)> {
    let client = aws_sdk_dynamodb::Client::new(&sdk(&cloud.dynamodb));
    let scan = client.scan().table_name(table(cloud, TableName::Events)).consistent_read(true);
    let mut pages = scan.into_paginator().items().send();
    let mut rows = Vec::new();
    while let Some(item) = pages.next().await {
        let item = item.expect("a row");
        let text = |name: &str| item.get(name).and_then(|v: &AttributeValue| v.as_s().ok()).cloned();
        rows.push((text(PK).unwrap_or_default(), text(SK).unwrap_or_default(), text("variant")));
    }
    rows
}
