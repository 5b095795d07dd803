//! Tests that every declared status of an operation can be produced through its handler, in the format of the contract.
//! An undeclared status fails every test that gets it ([`testing::Bench::call`]).

use std::future::ready;

use bellwether::App;
use bellwether::http::problem::Problem;
use bellwether::http::reply::Reply;
use bellwether::operations::{COMMON, OPERATIONS, Operation, PUBLISH_KEYS};
use bellwether::runtime::{Anyone, Call, Endpoint, Function, Handled};
use futures_util::stream::{self, StreamExt};
use serde_json::json;
use testing::Answer;
use testing::document::{self, Shape, schema_name};

use super::ground::Ground;
use super::recipes::recipe;

/// Statuses that are declared because every operation declares them, but cannot happen.
const NEVER: [(&str, u16, &str); 2] = [
    ("publish-keys-metadata", 500, "it reads nothing but its configuration"),
    ("publish-keys-metadata", 503, "it reads nothing but its configuration"),
];
/// The number of concurrent recipes.
const SIDE_BY_SIDE: usize = 4;
/// Operations whose response may be cached.
const CACHEABLE: [&str; 2] = ["publish-keys", "publish-keys-metadata"];

fn declared() -> impl Iterator<Item = (&'static Operation, u16)> {
    OPERATIONS.iter().flat_map(|operation| {
        operation.statuses.iter().chain(&COMMON).map(move |status| (operation, *status))
    })
}

/// Returns the fault in the response to a recipe, or None.
async fn fault(operation: &'static Operation, status: u16) -> Option<String> {
    let what = format!("{} {status}", operation.id);
    let never = NEVER.iter().find(|(id, own, _)| (*id, *own) == (operation.id, status));
    match (recipe(operation, status).await, never) {
        (None, None) => Some(format!("{what}: no recipe produces it; add one to tests/src/service/recipes/")),
        (None, Some(_)) => None,
        (Some(_), Some((.., why))) => Some(format!("{what}: a recipe produces it, although {why}")),
        (Some(answer), None) if answer.status != status => {
            Some(format!("{what}: its recipe returns {} {}", answer.status, answer.body))
        }
        (Some(answer), None) => form(operation, &answer).map(|why| format!("{what}: {why}")),
    }
}

/// Returns the fault in the format of a response, or None.
fn form(operation: &Operation, answer: &Answer) -> Option<String> {
    let specs = document::Operation::all();
    let spec = specs.iter().find(|spec| spec.id() == operation.id)?;
    let Some((_, response)) = spec.responses().find(|(status, _)| *status == answer.status) else {
        return Some("openapi.yaml does not list it".to_owned());
    };
    let media_type = answer.headers["content-type"].as_str().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default();
    let Some(media) = response["content"].get(media_type) else {
        return Some(format!("openapi.yaml lists it without {media_type}"));
    };
    if media_type.ends_with("json") && !Shape::open(schema_name(media)).takes(&answer.body) {
        return Some(format!("it does not match {}: {}", schema_name(media), answer.body));
    }
    let public = answer.headers["cache-control"].as_str().is_some_and(|says| says.starts_with("public"));
    let may_be_kept = answer.status == 200 && CACHEABLE.contains(&operation.id);
    (public != may_be_kept).then(|| format!("cache-control is {}", answer.headers["cache-control"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_declared_status_is_returned_in_the_format_of_the_contract() {
    let checks = declared().map(|(operation, status)| fault(operation, status));
    let faults = stream::iter(checks).buffer_unordered(SIDE_BY_SIDE).filter_map(ready);
    let faults: Vec<String> = faults.collect().await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(declared().count() > 120, "too few statuses are declared");
}

#[derive(Debug)]
struct Undeclared;

impl Endpoint for Undeclared {
    const OPERATION: &'static Operation = &PUBLISH_KEYS;

    type Caller = Anyone;
    type Path = ();
    type Body = ();

    async fn handle(_: &App, _: Call<Self>) -> Result<Reply, Problem> {
        Reply::accepted(&json!({}))
    }
}

#[tokio::test]
#[should_panic(expected = "publish-keys returned 202, which it does not declare")]
async fn an_undeclared_status_fails_the_test() {
    const FUNCTION: Function = Function::of(&[Handled::by::<Undeclared>()]);
    let Ground { bench, event, .. } = Ground::of(&PUBLISH_KEYS).await;
    bench.call(FUNCTION, event).await;
}
