//! Peeks: what they contain, what they cost, and that they write nothing.

use super::*;
use domain::experiment::{Assignment, Experiment, Unit, UnitId};
use domain::validation::typed;
use testing::{acme, faults::Proxy};

async fn assign(bench: &Bench, test: &Experiment, unit_id: &str, variant: usize) {
    let unit = Unit::parse(typed(software(unit_id)).unwrap(), test).unwrap();
    let (now, variant) = (bench.app.clock.now(), &test.definition.variants[variant]);
    let row = Assignment::of(test, &unit, variant, now).unwrap();
    let events = &bench.app.store.events;
    events.assign(&acme(), test, &UnitId::parse(unit_id).unwrap(), row, now).await.unwrap();
}

#[tokio::test]
async fn a_peek_of_100_units_over_20_tests_makes_24_calls_and_no_write() {
    let bench = Bench::start().await;
    for number in 0..20 {
        bench.launch(json!({ "test_id": format!("test-{number:02}") })).await;
    }
    let proxy = Proxy::counting(bench.endpoint()).await;
    let counted = bench.by_way_of(&proxy.url).await;
    let event = evaluation(&bench, Role::Service, &json!({ "units": units(100) })).await;
    let before = stored(&bench).await;
    let (answer, spent) = counted.metered(FUNCTION, event.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        spent.calls, 24,
        "a query of the index, reads of the settings, the erased accounts and 20 definitions, and 2,000 keys in calls of 100"
    );
    let calls = proxy.seen().calls;
    assert_eq!(
        calls.iter().map(|(name, n)| (name.as_str(), *n)).collect::<Vec<_>>(),
        [("BatchGetItem", 21), ("GetItem", 1), ("Query", 2)]
    );
    let rows = answer.body["evaluations"].as_array().unwrap();
    assert_eq!((rows.len(), rows[99]["tests"].as_array().unwrap().len()), (100, 20));
    let (_, again) = counted.metered(FUNCTION, event).await;
    assert_eq!(again.calls, 0, "for 30 s, the instance remembers tests and units");
    assert_eq!(stored(&bench).await, before, "nothing is written");
}

#[tokio::test]
async fn one_unit_over_20_tests_costs_5_calls() {
    let bench = Bench::start().await;
    for number in 0..20 {
        bench.launch(json!({ "test_id": format!("test-{number:02}") })).await;
    }
    let event = evaluation(&bench, Role::Viewer, &json!({ "units": units(1) })).await;
    let (_, spent) = bench.cold().await.metered(FUNCTION, event).await;
    assert_eq!(
        spent.calls, 5,
        "the settings are one, the erased accounts another, and the keys of all tests share one"
    );
}

#[tokio::test]
async fn a_peek_returns_what_is_stored_or_would_be_decided_and_parameters_once() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    assign(&bench, &test, "stored.com", 1).await;
    let weights = json!({ "revision": 2, "weights": { "control": 10_000, "calculator": 0 } });
    bench.change(&test, weights).await;
    let farm = json!({ "unit_id": "farm.com", "attributes": { "industry": "farming" } });
    let body = json!({ "units": [software("stored.com"), software("new.com"), farm, { "unit_id": "a\tb" }] });
    let body = evaluate(&bench.cold().await, body).await.body;
    let rows: Vec<&Value> = (0..3).map(|n| &body["evaluations"][n]["tests"][0]).collect();
    let row = |unit_id: &str, variant: Value, reason: &str, stored: bool| json!({ "test_id": "pricing-page-q4", "unit_id": unit_id, "variant": variant, "reason": reason, "stored": stored });
    assert_eq!(*rows[0], row("stored.com", json!("calculator"), "assigned", true));
    assert_eq!(*rows[1], row("new.com", json!("control"), "assigned", false));
    assert_eq!(*rows[2], row("farm.com", Value::Null, "not_targeted", false));
    assert_eq!(body["evaluations"][3]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(
        body["parameters"],
        json!({ "pricing-page-q4": { "calculator": { "hero": "roi" }, "control": {} } })
    );
}

#[tokio::test]
async fn without_names_live_tests_of_a_namespace_or_all_are_evaluated_page_by_page() {
    let bench = Bench::start().await;
    for number in 0..25 {
        bench.launch(json!({ "test_id": format!("test-{number:02}") })).await;
    }
    let stopped = bench.launch(json!({ "test_id": "stopped" })).await;
    bench.change(&stopped, json!({ "revision": 2, "status": "stopped" })).await;
    let names = |body: &Value| -> Vec<String> {
        let rows = body["evaluations"][0]["tests"].as_array().unwrap();
        rows.iter().map(|row| row["test_id"].as_str().unwrap().to_owned()).collect()
    };
    let first = evaluate(&bench, json!({ "units": units(100) })).await.body;
    assert_eq!((names(&first).len(), &first["next"]), (20, &json!("test-19")));
    let second = evaluate(&bench, json!({ "units": units(100), "after": "test-19" })).await.body;
    assert_eq!((names(&second).len(), &second["next"]), (5, &Value::Null));
    bench.launch(json!({ "test_id": "spaced", "namespace": { "key": "home", "range": [0, 10_000] } })).await;
    let own = evaluate(&bench.cold().await, json!({ "units": units(1), "namespace": "home" })).await.body;
    assert_eq!(names(&own), ["spaced"]);
}

#[tokio::test]
async fn named_tests_may_be_in_any_state_and_an_unknown_one_fails_in_its_place() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
    let body = json!({ "units": units(2), "tests": ["gone", "pricing-page-q4"] });
    let own = evaluate(&bench, body.clone()).await.body;
    for unit in own["evaluations"].as_array().unwrap() {
        assert_eq!(unit["tests"][0]["problem"]["status"], 404);
        assert_eq!(unit["tests"][1]["reason"], "not_running");
    }
    let foreign = bench.signed(evaluation(&bench, Role::Viewer, &body).await, Role::Admin, "globex").await;
    let foreign = bench.call(FUNCTION, foreign).await.body;
    let problems: Vec<_> = (0..2).map(|n| &foreign["evaluations"][0]["tests"][n]["problem"]).collect();
    assert_eq!(problems[0], problems[1], "another workspace's test is like one that does not exist");
}

#[tokio::test]
async fn in_an_external_test_only_the_stored_assignment_counts() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "allocation": { "mode": "external" } })).await;
    assign(&bench, &test, "known.com", 1).await;
    let body =
        evaluate(&bench.cold().await, json!({ "units": [software("known.com"), software("other.com")] }))
            .await
            .body;
    let row = |n: usize| &body["evaluations"][n]["tests"][0];
    assert_eq!((&row(0)["variant"], &row(0)["stored"]), (&json!("calculator"), &json!(true)));
    assert_eq!((&row(1)["variant"], &row(1)["reason"]), (&Value::Null, &json!("external")));
}

#[tokio::test]
async fn requests_beyond_the_limits_are_refused_before_any_call() {
    let bench = Bench::start().await;
    let names = |count: usize| (0..count).map(|n| format!("t{n}")).collect::<Vec<_>>();
    for (body, pointer) in [
        (json!({}), "/units"),
        (json!({ "units": units(1), "tests": [] }), "/tests"),
        (json!({ "units": units(1), "tests": names(51) }), "/tests"),
        (json!({ "units": units(100), "tests": names(21) }), "/tests"),
        (json!({ "units": units(1), "tests": ["a", "A b", "a"] }), "/tests/1"),
        (json!({ "units": units(1), "tests": ["a"], "namespace": "n" }), "/namespace"),
        (json!({ "units": units(1), "tests": ["a"], "after": "b" }), "/after"),
        (json!({ "units": units(1), "expose": true }), "/tests"),
        (json!({ "units": units(51), "tests": ["a", "b"], "expose": true }), "/tests"),
        (json!({ "units": units(1), "surprise": 1 }), "/surprise"),
    ] {
        let event = evaluation(&bench, Role::Admin, &body).await;
        let (answer, spent) = bench.metered(FUNCTION, event).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
        assert_eq!(spent.calls, 0, "{body}");
    }
}

#[tokio::test]
async fn an_evaluation_without_the_store_or_the_scope_is_refused() {
    let bench = Bench::start().await;
    let event = evaluation(&bench, Role::Service, &json!({ "units": units(1) })).await;
    let event = bench.narrowed(event, "assignments:write").await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 403);
    Bench::assert_unavailable_without_store(FUNCTION, "evaluate-tests").await;
}
