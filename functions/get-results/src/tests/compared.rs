//! Tests of several tests compared.

use bellwether::auth::access::Role;
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use serde_json::{Value, json};
use testing::fleet::at;
use testing::{Answer, Bench, acme, with_query};

use super::super::FUNCTION;

async fn event(bench: &Bench, workspace: &str, tests: &str) -> Value {
    let event = bench.event("get-results", Role::Viewer).await;
    let event = bench.signed(event, Role::Viewer, workspace).await;
    with_query(at(event, "GET", "/results"), "tests", tests)
}

async fn compared(bench: &Bench, tests: &str) -> Answer {
    bench.call(FUNCTION, event(bench, "acme", tests).await).await
}

/// Starts a test of this name, and stores a report of it without units.
async fn reported(bench: &Bench, name: &str) {
    let test = bench.launch(json!({ "test_id": name })).await;
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), &test, None, now).await.unwrap().unwrap();
    bench
        .app
        .store
        .summaries
        .store(
            &acme(),
            &test,
            &Report::new(&test, &totals, now, None, &Watched::default()),
            &NoticeRecord::default(),
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn any_number_of_tests_takes_two_calls_and_each_has_an_entry_in_its_place() {
    let bench = Bench::start().await;
    for name in ["first", "second", "third"] {
        reported(&bench, name).await;
    }
    bench.launch(json!({ "test_id": "young" })).await;
    let event = event(&bench, "acme", "third,gone,young,first,second").await;
    let (answer, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!((answer.status, spent.calls), (200, 2), "{}", answer.body);
    let states: Vec<_> = answer.body["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["test_id"].as_str().unwrap(), own["state"].as_str().unwrap()))
        .collect();
    let wanted = [
        ("third", "reported"),
        ("gone", "unknown"),
        ("young", "not_reported"),
        ("first", "reported"),
        ("second", "reported"),
    ];
    assert_eq!(states, wanted);
    assert_eq!(answer.body["tests"][0]["decision"], "keep_running");
    assert_eq!(answer.body["counts"]["reported"], 3);
}

#[tokio::test]
async fn tests_of_another_workspace_are_unknown_and_cost_one_call() {
    let bench = Bench::start().await;
    reported(&bench, "first").await;
    let (answer, spent) = bench.metered(FUNCTION, event(&bench, "globex", "first").await).await;
    assert_eq!((answer.status, spent.calls), (200, 1), "{}", answer.body);
    assert_eq!(answer.body["tests"][0]["state"], "unknown");
}

#[tokio::test]
async fn fifty_tests_are_compared_and_other_lists_are_rejected() {
    let bench = Bench::start().await;
    let names = |count: usize| (0..count).map(|n| format!("t{n}")).collect::<Vec<_>>().join(",");
    let all = compared(&bench, &names(50)).await;
    assert_eq!((all.status, all.body["tests"].as_array().unwrap().len()), (200, 50));
    for (tests, detail) in [
        (names(51), "at most 50"),
        ("a,b,a".to_owned(), "twice"),
        ("a,,b".to_owned(), "names of tests"),
        (String::new(), "names of tests"),
        ("A".to_owned(), "names of tests"),
    ] {
        let answer = compared(&bench, &tests).await;
        let error = &answer.body["errors"][0];
        assert_eq!((answer.status, &error["pointer"]), (422, &json!("?tests")), "{tests}: {}", answer.body);
        assert!(error["detail"].as_str().unwrap().contains(detail), "{tests}: {error}");
    }
    let missing = at(bench.event("get-results", Role::Viewer).await, "GET", "/results");
    assert_eq!(bench.call(FUNCTION, missing).await.status, 422);
}
