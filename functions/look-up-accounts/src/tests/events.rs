//! Tests of the look-up of outcomes.

use bellwether::auth::access::Role;
use domain::experiment::{Entry, Experiment};
use serde_json::{Value, json};
use testing::fleet::at;
use testing::{Bench, acme, with_body, with_test_id};

use crate::FUNCTION;

const PATH: &str = "/tests/{test_id}/events/lookup";

async fn request(bench: &Bench, body: &Value) -> Value {
    let mut event = bench.event("look-up-accounts", Role::Analyst).await;
    event["pathParameters"] = json!({ "test_id": "pricing-page-q4" });
    with_body(at(event, "POST", PATH), body)
}

async fn record(bench: &Bench, test: &Experiment, body: Value) {
    let now = bench.app.clock.now();
    let entry = Entry::parse(serde_json::from_value(body).unwrap(), test, now).unwrap();
    bench.app.store.events.convert(&acme(), test, &entry, now).await.unwrap();
}

fn outcome(unit: &str, id: &str, version: u64) -> Value {
    json!({ "unit_id": unit, "goal": "demo-booked", "event_id": id, "version": version, "occurred_at": "2026-11-20" })
}

#[tokio::test]
async fn every_version_of_an_account_is_listed_for_one_query() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    record(&bench, &test, outcome("acme.com", "a", 0)).await;
    record(
        &bench,
        &test,
        json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": "a", "version": 7, "void": true }),
    )
    .await;
    record(&bench, &test, outcome("acme.com", "b", 0)).await;
    record(&bench, &test, outcome("acme.com.au", "c", 0)).await;
    let event = request(&bench, &json!({ "unit_id": "acme.com" })).await;
    bench.call(FUNCTION, event.clone()).await;
    let (answer, spent) = bench.metered(FUNCTION, event).await;
    let at = String::from(bench.app.clock.now());
    let line = |id: &str, replaced: bool| {
        json!({ "goal": "demo-booked", "event_id": id, "version": 0, "void": false, "replaced": replaced, "value": 1.0,
                "occurred_at": "2026-11-20", "recorded_at": at })
    };
    let void = json!({ "goal": "demo-booked", "event_id": "a", "version": 7, "void": true, "replaced": false, "recorded_at": at });
    let expected =
        json!({ "unit_id": "acme.com", "events": [line("a", true), void, line("b", false)], "next": null });
    assert_eq!((answer.status, &answer.body, spent.calls), (200, &expected, 1));
}

#[tokio::test]
async fn many_accounts_are_one_query_each_and_one_that_is_invalid_fails_in_its_place() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    record(&bench, &test, outcome("acme.com", "a", 0)).await;
    let units: Vec<Value> = [json!("acme.com"), json!(""), json!(7)]
        .into_iter()
        .chain((3..100).map(|n| json!(format!("unit-{n}"))))
        .collect();
    let event = request(&bench, &json!({ "units": units })).await;
    let (answer, spent) = bench.cold().await.metered(FUNCTION, event).await;
    let list = answer.body["units"].as_array().unwrap();
    assert_eq!(
        (answer.status, list.len(), spent.calls),
        (200, 100, 98 + 3),
        "98 queries, and reads of the test, the settings and the erased accounts"
    );
    assert_eq!(list[0]["events"][0]["event_id"], "a");
    for index in [1, 2] {
        assert_eq!(list[index]["problem"]["errors"][0]["pointer"], "/unit_id");
    }
    assert_eq!(list[99], json!({ "unit_id": "unit-99", "events": [], "next": null }));
    for body in [
        json!({ "units": [] }),
        json!({ "units": vec!["a"; 101] }),
        json!({}),
        json!({ "units": ["a"], "next": "x" }),
    ] {
        let event = request(&bench, &body).await;
        assert_eq!(bench.call(FUNCTION, event).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn pages_list_every_version_once_and_a_cursor_belongs_to_its_account_and_test() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for n in 0..101 {
        record(&bench, &test, outcome("acme.com", "a", n)).await;
    }
    for n in 0..149 {
        record(&bench, &test, outcome("acme.com", &format!("b{n:03}"), 0)).await;
    }
    let (mut found, mut next, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let event = request(&bench, &json!({ "unit_id": "acme.com", "next": next })).await;
        let answer = bench.call(FUNCTION, event).await;
        for line in answer.body["events"].as_array().unwrap() {
            found.push((line["event_id"].clone(), line["version"].clone(), line["replaced"].clone()));
        }
        (next, pages) = (answer.body["next"].clone(), pages + 1);
        if next.is_null() {
            break;
        }
    }
    let mut expected: Vec<_> = (0..101).map(|n| (json!("a"), json!(n), json!(n < 100))).collect();
    expected.extend((0..149).map(|n| (json!(format!("b{n:03}")), json!(0), json!(false))));
    assert_eq!((pages, &found), (3, &expected));
    let first = bench.call(FUNCTION, request(&bench, &json!({ "unit_id": "acme.com" })).await).await.body;
    let cursor = first["next"].as_str().unwrap();
    for (unit, cursor) in [("globex.com", cursor), ("acme.com", "nonsense"), ("acme.com", "")] {
        let answer =
            bench.call(FUNCTION, request(&bench, &json!({ "unit_id": unit, "next": cursor })).await).await;
        assert_eq!(
            (answer.status, &answer.body["errors"][0]["pointer"]),
            (422, &json!("/next")),
            "{unit} {cursor}"
        );
    }
}

#[tokio::test]
async fn another_test_or_workspace_and_a_role_without_the_scope_see_nothing() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    record(&bench, &test, outcome("acme.com", "a", 0)).await;
    let event = request(&bench, &json!({ "unit_id": "acme.com" })).await;
    let gone = with_test_id(at(event.clone(), "POST", PATH), "gone");
    assert_eq!(bench.call(FUNCTION, gone).await.status, 404);
    let foreign = bench.signed(event.clone(), Role::Admin, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.status, 404);
    let viewer = bench.signed(event, Role::Viewer, "acme").await;
    assert_eq!(bench.call(FUNCTION, viewer).await.status, 403);
}
