//! The schedule's run over the tests that are running.

use bellwether::auth::role::Role;
use bellwether::clock::Timestamp;
use bellwether::store::schema;
use bellwether::testing::{Bench, acme};
use serde_json::{Value, json};

use super::{Done, function, summarize};

fn in_minutes(bench: &Bench, minutes: i64) -> Timestamp {
    Timestamp::from_millis(bench.app.clock.now().millis() + minutes * 60_000)
}

async fn kept(bench: &Bench, test: &bellwether::experiment::Experiment) -> Option<Value> {
    let summary = bench.app.store.summaries.read(&acme(), test).await.unwrap();
    summary.latest.map(|(_, report)| report)
}

#[tokio::test]
async fn the_sample_event_of_the_schedule_keeps_a_report_of_every_running_test() {
    let bench = Bench::start().await;
    let running = bench.launch(json!({})).await;
    let paused = bench.launch(json!({ "test_id": "paused" })).await;
    let paused = bench.change(&paused, json!({ "revision": 2, "status": "paused" })).await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/summarize-tests.json");
    let event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let before = bench.app.store.meter.read();
    let answer = bench.invoke(function(), &event).await.unwrap();
    assert_eq!(answer, json!({ "folded": 1, "failed": 0, "left": 0 }));
    let spent = bench.app.store.meter.read() - before;
    assert_eq!(
        spent.calls,
        4 + 1 + 16 + 1 + 2 + 1,
        "shards, the test, its partitions, the report before, two summaries, its place in line"
    );
    assert_eq!(kept(&bench, &running).await.unwrap()["status"], "running");
    assert!(kept(&bench, &paused).await.is_none());
}

#[tokio::test]
async fn the_stalest_test_is_first_and_a_run_ends_60_seconds_before_its_deadline() {
    let bench = Bench::start().await;
    let a = bench.launch(json!({ "test_id": "a" })).await;
    bench.pass(10);
    let b = bench.launch(json!({ "test_id": "b" })).await;
    bench.app.store.tests.folded(&acme(), &a.definition.test_id, bench.app.clock.now()).await.unwrap();
    bench.pass(10);
    bench.app.store.tests.folded(&acme(), &b.definition.test_id, bench.app.clock.now()).await.unwrap();
    let order = bench.app.store.tests.running().await.unwrap();
    assert_eq!(order.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let late = summarize(&bench.app, in_minutes(&bench, 1)).await.unwrap();
    assert_eq!(late, Done { folded: 0, failed: 0, left: 2 });
    let done = summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(done, Done { folded: 2, failed: 0, left: 0 });
}

#[tokio::test]
async fn a_test_that_cannot_be_folded_stops_no_other_and_goes_to_the_end_of_the_line() {
    let bench = Bench::start().await;
    let broken = bench.launch(json!({ "test_id": "a-broken" })).await;
    bench.pass(1);
    let sound = bench.launch(json!({ "test_id": "sound" })).await;
    let partition = bellwether::store::key::partition(&acme(), &broken.definition.test_id, 0);
    let row = bellwether::store::item::sorted_key(partition, "no key that we write");
    bench.database().put_item().table_name("bench-events").set_item(Some(row)).send().await.unwrap();
    let done = summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(done, Done { folded: 1, failed: 1, left: 0 });
    assert!(kept(&bench, &sound).await.is_some() && kept(&bench, &broken).await.is_none());
}

#[tokio::test]
async fn a_point_is_kept_for_every_hour_and_the_latest_report_replaces_the_one_before() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for _ in 0..5 {
        summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
        bench.pass(1_800);
    }
    let summary = bench.app.store.summaries.read(&acme(), &test).await.unwrap();
    let times: Vec<_> =
        summary.series.iter().map(|point| point["as_of"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times, ["2026-11-21T10:30:00.25Z", "2026-11-21T11:30:00.25Z", "2026-11-21T12:00:00.25Z"]);
    assert_eq!(summary.latest.unwrap().1["as_of"], "2026-11-21T12:00:00.25Z");
}

#[tokio::test]
async fn an_http_request_finds_nothing_here_and_a_test_that_stopped_leaves_the_index() {
    let bench = Bench::start().await;
    let answer = bench.call(function(), bench.event("get-results", Role::Admin).await).await;
    assert_eq!(answer.status, 404);
    let test = bench.launch(json!({})).await;
    bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    assert_eq!(bench.app.store.tests.running().await.unwrap(), []);
    let scan = bench.database().scan().table_name("bench-tests").index_name(schema::RUNNING);
    assert_eq!(scan.send().await.unwrap().count, 0);
}

#[tokio::test]
async fn without_its_store_a_run_fails_and_says_so() {
    let bench = Bench::at("http://127.0.0.1:1".to_owned()).await;
    assert!(summarize(&bench.app, in_minutes(&bench, 15)).await.is_err());
}
