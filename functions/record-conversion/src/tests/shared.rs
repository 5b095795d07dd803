//! Tests of shared goals: one outcome reaches every test that can count it, once, whatever call is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use domain::experiment::Experiment;
use testing::faults::{Fate, Proxy};

use super::*;

fn goal(kind: &str, shared: bool) -> Value {
    json!({ "goals": [{ "key": "pipeline", "kind": kind, "role": "primary", "window_days": 30, "shared": shared }] })
}

async fn launch(bench: &Bench, name: &str, kind: &str, shared: bool) -> Experiment {
    let mut body = goal(kind, shared);
    body["test_id"] = json!(name);
    bench.launch(body).await
}

pub async fn event(bench: &Bench, body: &Value) -> Value {
    let mut event = bench.event("record-conversion", Role::Service).await;
    for name in ["resource", "path"] {
        event[name] = json!("/conversions");
    }
    event["pathParameters"] = Value::Null;
    event["requestContext"]["resourcePath"] = json!("/conversions");
    event["requestContext"]["path"] = json!("/v1/conversions");
    with_body(event, body)
}

fn outcome(id: &str, value: f64) -> Value {
    json!({ "unit_id": "acme.com", "goal": "pipeline", "event_id": id, "value": value, "occurred_at": "2026-11-21T10:00:00Z" })
}

/// The recorded outcomes and the recorded sum of a test.
async fn counted(bench: &Bench, test: &Experiment) -> u64 {
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap();
    totals.outcomes[0].recorded()
}

#[tokio::test]
async fn an_outcome_reaches_every_live_test_that_shares_its_goal_and_no_other() {
    let bench = Bench::start().await;
    let sharing =
        [launch(&bench, "b-running", "sum", true).await, launch(&bench, "a-stopped", "sum", true).await];
    bench.change(&sharing[1], json!({ "revision": 2, "status": "stopped" })).await;
    let private = launch(&bench, "private", "sum", false).await;
    let archived = launch(&bench, "archived", "sum", true).await;
    let archived = bench.change(&archived, json!({ "revision": 2, "status": "stopped" })).await;
    bench.change(&archived, json!({ "revision": 3, "status": "archived" })).await;
    let cold = bench.cold().await;
    let request = event(&bench, &outcome("e", 5.0)).await;
    let (answer, spent) = cold.metered(FUNCTION, request.clone()).await;
    let tests = json!([{ "test_id": "a-stopped", "unit_id": "acme.com", "duplicate": false }, { "test_id": "b-running", "unit_id": "acme.com", "duplicate": false }]);
    assert_eq!((answer.status, &answer.body), (202, &json!({ "event_id": "e", "tests": tests })));
    assert_eq!(
        spent.calls, 6,
        "two queries, reads of the definitions and the settings, and one write for each test"
    );
    let (again, spent) = cold.metered(FUNCTION, request).await;
    assert_eq!((again.status, &again.body["tests"][1]["duplicate"], spent.calls), (202, &json!(true), 2));
    for (test, recorded) in [(&sharing[0], 1), (&sharing[1], 1), (&private, 0), (&archived, 0)] {
        assert_eq!(counted(&bench, test).await, recorded, "{}", test.definition.test_id);
    }
    bench.pass(31 * 86_400);
    let late = bench.cold().await.call(FUNCTION, event(&bench, &outcome("f", 5.0)).await).await;
    assert_eq!(
        late.body["tests"],
        json!([{ "test_id": "b-running", "unit_id": "acme.com", "duplicate": false }]),
        "the windows have ended"
    );
}

#[tokio::test]
async fn a_goal_that_no_test_shares_is_refused_and_another_kind_is_reported_by_test() {
    let bench = Bench::start().await;
    let nothing = bench.call(FUNCTION, event(&bench, &outcome("e", 5.0)).await).await;
    assert_eq!((nothing.status, &nothing.body["errors"][0]["pointer"]), (422, &json!("/goal")));
    launch(&bench, "binary", "binary", true).await;
    let bench = bench.cold().await;
    let unfit = bench.call(FUNCTION, event(&bench, &outcome("e", 5.0)).await).await;
    assert_eq!((unfit.status, &unfit.body["errors"][0]["pointer"]), (422, &json!("/value")));
    assert_eq!(bench.rows().await, 0);
    launch(&bench, "sum", "sum", true).await;
    let answer = bench.cold().await.call(FUNCTION, event(&bench, &outcome("e", 5.0)).await).await;
    assert_eq!((answer.status, &answer.body["tests"][0]["duplicate"]), (202, &json!(false)));
    let problem = &answer.body["tests"][1];
    assert_eq!((&problem["test_id"], &problem["problem"]["status"]), (&json!("binary"), &json!(422)));
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn other_content_in_one_test_is_a_conflict_that_names_it() {
    let bench = Bench::start().await;
    launch(&bench, "one", "sum", true).await;
    let two = launch(&bench, "two", "sum", true).await;
    let own = with_test_id(bench.event("record-conversion", Role::Service).await, "two");
    bench.call(FUNCTION, with_body(own, &outcome("e", 7.0))).await;
    let bench = bench.cold().await;
    let events = json!({ "events": [outcome("e", 5.0), outcome("f", 5.0)] });
    let answer = bench.call(FUNCTION, event(&bench, &events).await).await;
    let list = &answer.body["conversions"];
    assert_eq!((answer.status, &list[0]["problem"]["status"]), (202, &json!(409)));
    assert!(list[0]["problem"]["detail"].as_str().unwrap().contains(" in two."), "{list}");
    assert_eq!(list[1]["tests"].as_array().unwrap().len(), 2);
    let mut corrected = outcome("e", 5.0);
    corrected["version"] = json!(1);
    assert_eq!(bench.call(FUNCTION, event(&bench, &corrected).await).await.status, 202);
    assert_eq!(counted(&bench, &two).await, 3);
}

#[tokio::test]
async fn a_list_with_more_writes_than_100_states_how_many_events_fit() {
    let bench = Bench::start().await;
    for name in ["one", "two", "three"] {
        launch(&bench, name, "sum", true).await;
    }
    let bench = bench.cold().await;
    let events = |count: usize| json!({ "events": (0..count).map(|n| outcome(&format!("e{n}"), 1.0)).collect::<Vec<_>>() });
    let many = bench.call(FUNCTION, event(&bench, &events(34)).await).await;
    assert_eq!((many.status, &many.body["errors"][0]["pointer"]), (422, &json!("/events")));
    assert!(many.body["detail"].as_str().unwrap().contains("send at most 33 events"), "{}", many.body);
    assert_eq!(bench.rows().await, 0);
    let fits = bench.call(FUNCTION, event(&bench, &events(33)).await).await;
    assert_eq!((fits.status, bench.rows().await), (202, 99));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_is_cut_between_its_tests_is_completed_by_a_retry_and_counts_once_in_each() {
    for end in [Fate::Drop, Fate::Lose] {
        let mut partial = 0;
        for last in 3..8 {
            let bench = Bench::start().await;
            let mut tests = Vec::new();
            for name in ["one", "two", "three"] {
                tests.push(launch(&bench, name, "sum", true).await);
            }
            let calls = Arc::new(AtomicUsize::new(0));
            // Two queries and reads of the definitions and the settings come first. After the call `last`, the process is gone.
            let plan = move || match calls.fetch_add(1, Relaxed) {
                call if call < last => Fate::Pass,
                call if call == last => end,
                _ => Fate::Drop,
            };
            let proxy = Proxy::start(bench.endpoint(), plan).await;
            let request = event(&bench, &outcome("e", 5.0)).await;
            let cut = bench.by_way_of(&proxy.url).await.call(FUNCTION, request.clone()).await;
            assert_eq!(cut.status, if last < 7 { 503 } else { 202 }, "{end:?} at call {last}: {}", cut.body);
            let before = bench.rows().await;
            partial += usize::from((1..3).contains(&before));
            let retry = bench.cold().await.call(FUNCTION, request).await;
            assert_eq!((retry.status, retry.body["tests"].as_array().unwrap().len()), (202, 3));
            let again =
                retry.body["tests"].as_array().unwrap().iter().filter(|test| test["duplicate"] == true);
            assert_eq!(again.count(), before, "{end:?} at call {last}: what was recorded is recognized");
            for test in &tests {
                assert_eq!(counted(&bench, test).await, 1, "{end:?} at call {last}");
            }
        }
        assert!(partial > 0, "{end:?}: an outcome was recorded in some tests and not in others");
    }
}
