//! Listing tests by pages.

use bellwether::auth::role::Role;
use bellwether::testing::{Bench, as_payload_2, with_query};
use serde_json::{Value, json};

use super::function;

#[tokio::test]
async fn every_test_is_listed_once_over_the_pages_and_no_other_workspaces() {
    let bench = Bench::start().await;
    for n in 0..7 {
        let test = bench.launch(json!({ "test_id": format!("test-{n}") })).await;
        bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    }
    let event = bench.event("list-tests", Role::Viewer).await;
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let mut event = with_query(event.clone(), "limit", "3");
        if let Some(place) = next.as_str() {
            event = with_query(event, "next", place);
        }
        let answer = bench.call(function(), as_payload_2(&event)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        seen.extend(answer.body["tests"].as_array().unwrap().iter().map(|t| t["test_id"].clone()));
        next = answer.body["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, (0..7).map(|n| json!(format!("test-{n}"))).collect::<Vec<_>>());
    let foreign = bench.signed(event, Role::Viewer, "globex").await;
    assert_eq!(bench.call(function(), foreign).await.body, json!({ "tests": [], "next": null }));
}

#[tokio::test]
async fn a_list_costs_one_call_and_past_revisions_are_not_read() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let test = bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    bench.change(&test, json!({ "revision": 3, "status": "running" })).await;
    let (answer, spent) = bench.metered(function(), bench.event("list-tests", Role::Viewer).await).await;
    assert_eq!(answer.body["tests"].as_array().unwrap().len(), 1);
    assert_eq!((spent.calls, spent.units), (1, 1.0));
}

#[tokio::test]
async fn a_wrong_limit_or_place_is_named() {
    let bench = Bench::start().await;
    let event = bench.event("list-tests", Role::Viewer).await;
    for (name, value) in
        [("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", "+5"), ("next", "%%"), ("next", "QQ")]
    {
        let answer = bench.call(function(), with_query(event.clone(), name, value)).await;
        let pointer = json!(format!("?{name}"));
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &pointer), "{value}");
    }
}

#[tokio::test]
async fn only_a_token_with_the_scope_opens() {
    Bench::start().await.assert_refuses(function(), "list-tests", Role::Service).await;
}

#[tokio::test]
async fn without_its_store_it_answers_503_in_time() {
    Bench::assert_unavailable_without_store(function(), "list-tests").await;
}
