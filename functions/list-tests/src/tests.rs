//! Tests of listing tests by pages.

use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::{Bench, as_payload_2, with_query};

use super::FUNCTION;

#[tokio::test]
async fn the_pages_list_each_test_of_the_workspace_once_and_no_other() {
    let bench = Bench::start().await;
    for n in 0..7 {
        let test = bench.launch(json!({ "test_id": format!("test-{n}") })).await;
        bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    }
    let event = bench.event("list-tests", Role::Viewer).await;
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let mut event = with_query(event.clone(), "limit", "3");
        if let Some(cursor) = next.as_str() {
            event = with_query(event, "next", cursor);
        }
        let response = bench.call(FUNCTION, as_payload_2(&event)).await;
        assert_eq!(response.status, 200, "{}", response.body);
        seen.extend(response.body["tests"].as_array().unwrap().iter().map(|t| t["test_id"].clone()));
        next = response.body["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, (0..7).map(|n| json!(format!("test-{n}"))).collect::<Vec<_>>());
    let foreign = bench.signed(event, Role::Viewer, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.body, json!({ "tests": [], "next": null }));
}

#[tokio::test]
async fn a_list_costs_one_call_and_does_not_read_past_revisions() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let test = bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    bench.change(&test, json!({ "revision": 3, "status": "running" })).await;
    let (response, spent) = bench.metered(FUNCTION, bench.event("list-tests", Role::Viewer).await).await;
    assert_eq!(response.body["tests"].as_array().unwrap().len(), 1);
    assert_eq!((spent.calls, spent.units), (1, 1.0));
}

#[tokio::test]
async fn an_invalid_limit_or_cursor_is_reported() {
    let bench = Bench::start().await;
    let event = bench.event("list-tests", Role::Viewer).await;
    for (name, value) in
        [("limit", "0"), ("limit", "101"), ("limit", "x"), ("limit", "+5"), ("next", "%%"), ("next", "QQ")]
    {
        let response = bench.call(FUNCTION, with_query(event.clone(), name, value)).await;
        let pointer = json!(format!("?{name}"));
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &pointer), "{value}");
    }
}

/// Creates the tests t00 to t29. Every third test is paused, and the last one is stopped.
async fn thirty(bench: &Bench) {
    for n in 0..30 {
        let test = bench.launch(json!({ "test_id": format!("t{n:02}") })).await;
        if n == 29 {
            bench.change(&test, json!({ "revision": test.revision, "status": "stopped" })).await;
        } else if n % 3 == 0 {
            bench.change(&test, json!({ "revision": test.revision, "status": "paused" })).await;
        }
    }
}

/// Returns the tests on each page of a list.
async fn pages(bench: &Bench, status: &str, limit: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next): (Vec<Vec<String>>, Option<String>) = (Vec::new(), None);
    loop {
        let event = bench.event("list-tests", Role::Viewer).await;
        let mut event = with_query(with_query(event, "limit", limit), "status", status);
        if let Some(next) = &next {
            event = with_query(event, "next", next);
        }
        let response = bench.call(FUNCTION, event).await;
        assert_eq!(response.status, 200, "{}", response.body);
        let tests = response.body["tests"].as_array().unwrap();
        pages.push(tests.iter().map(|test| test["test_id"].as_str().unwrap().to_owned()).collect());
        next = response.body["next"].as_str().map(str::to_owned);
        if next.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn a_list_by_status_contains_only_those_tests_on_full_pages() {
    let bench = Bench::start().await;
    thirty(&bench).await;
    let paused: Vec<String> = (0..10).map(|n| format!("t{:02}", n * 3)).collect();
    let found = pages(&bench, "paused", "4").await;
    assert_eq!(found.concat(), paused);
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    assert_eq!(pages(&bench, "paused", "5").await.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5]);
    assert_eq!(pages(&bench, "stopped", "1").await, [["t29"]]);
    assert_eq!(pages(&bench, "draft", "100").await, [[""; 0]]);
    let both = pages(&bench, "stopped,paused", "100").await.concat();
    assert_eq!((both.len(), both.last().map(String::as_str)), (11, Some("t29")));
    let last = pages(&bench, "running,paused,stopped", "10").await;
    assert_eq!(last.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10], "no empty page at the end");
}

#[tokio::test]
async fn an_unknown_status_or_parameter_is_rejected_by_name() {
    let bench = Bench::start().await;
    let event = bench.event("list-tests", Role::Viewer).await;
    for wrong in ["", "Running", "running,", ",running", "running paused", "gone", "running,running"] {
        let response = bench.call(FUNCTION, with_query(event.clone(), "status", wrong)).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!("?status")),
            "{wrong}"
        );
    }
    for unknown in ["state", "phase", "page", "Status"] {
        for event in [event.clone(), as_payload_2(&event)] {
            let mut event = with_query(event, unknown, "1");
            if event["version"] == "2.0" {
                event["rawQueryString"] = json!(format!("{unknown}=1"));
            }
            let response = bench.call(FUNCTION, event).await;
            let pointer = json!(format!("?{unknown}"));
            assert_eq!(
                (response.status, &response.body["errors"][0]["pointer"]),
                (400, &pointer),
                "{}",
                response.body
            );
        }
    }
    let mut twice = with_query(event, "status", "running");
    twice["multiValueQueryStringParameters"]["status"] = json!(["running", "paused"]);
    assert_eq!(bench.call(FUNCTION, twice).await.status, 422);
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "list-tests", Role::Service).await;
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "list-tests").await;
}
