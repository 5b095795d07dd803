//! Tests of a scheduled run over the running tests.

mod crashing;
mod looks;
mod notices;
mod separately;

use bellwether::auth::access::Role;
use bellwether::store::schema;
use domain::clock::Timestamp;
use domain::experiment::{Assignment, Conversion, EventId, Experiment, GoalKey, Unit, UnitId, Version};
use domain::results::counting::totals::Totals;
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use domain::results::report::stored::StoredReport;
use serde_json::{Value, json};
use testing::{Bench, acme};

use super::{App, Done, FUNCTION, Problem, every};

/// A run that aggregates all tests itself.
async fn summarize(app: &App, deadline: Timestamp) -> Result<Done, Problem> {
    every(app, deadline).await
}

fn in_minutes(bench: &Bench, minutes: i64) -> Timestamp {
    Timestamp::from_millis(bench.app.clock.now().millis() + minutes * 60_000)
}

async fn stored_report(bench: &Bench, test: &domain::experiment::Experiment) -> Option<Value> {
    let summary = bench.app.store.summaries.read(&acme(), test, bench.app.clock.now()).await.unwrap();
    summary.latest.map(|stored| serde_json::to_value(stored.report().unwrap().view(&[])).unwrap())
}

/// Stores a unit's assignment to `variant` and, if it converts, an outcome a second later.
async fn assign(bench: &Bench, test: &Experiment, unit: &str, variant: &str, converts: bool) {
    let now = bench.app.clock.now();
    let parsed = Unit::parse(serde_json::from_value(json!({ "unit_id": unit })).unwrap(), test).unwrap();
    let variant = test.definition.variants.iter().find(|v| v.key.as_str() == variant).unwrap();
    let assignment = Assignment::of(test, &parsed, variant, now).unwrap();
    bench.app.store.events.assign(&acme(), test, &parsed.id, assignment, now).await.unwrap();
    if converts {
        let (goal, event_id) = (GoalKey::parse("demo-booked").unwrap(), EventId::parse("e").unwrap());
        let occurred_at = Timestamp::from_millis(now.millis() + 1_000).into();
        let conversion = Conversion {
            unit_id: parsed.id,
            goal,
            event_id,
            version: Version::FIRST,
            value: 1.0,
            occurred_at,
        };
        bench.app.store.events.convert(&acme(), test, &conversion.into(), now).await.unwrap();
    }
}

/// Returns what is stored about a unit.
async fn assignment(bench: &Bench, test: &Experiment, unit: &str) -> Assignment {
    let (events, unit) = (&bench.app.store.events, UnitId::parse(unit).unwrap());
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(5);
    let stored =
        events.stored(&acme(), std::iter::once((test, &unit)), bench.app.clock.now(), deadline).await;
    stored.get(test, &unit).unwrap().cloned().unwrap()
}

#[tokio::test]
async fn the_sample_event_stores_a_report_of_every_running_test() {
    let bench = Bench::start().await;
    let running = bench.launch(json!({})).await;
    let paused = bench.launch(json!({ "test_id": "paused" })).await;
    let paused = bench.change(&paused, json!({ "revision": 2, "status": "paused" })).await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/summarize-tests.json");
    let event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let before = bench.app.store.meter.read();
    let response = bench.invoke(FUNCTION, &event).await.unwrap();
    assert_eq!(response, json!({ "aggregated": 1, "invoked": 0, "failed": 0, "left": 0, "sent": 0 }));
    let spent = bench.app.store.meter.read() - before;
    assert_eq!(
        spent.calls,
        4 + 1 + 1 + 16 + 2 + 3 + 1 + 1,
        "shards, the test, the settings, its partitions, the last report, its looks, three summaries, its position, notices"
    );
    assert_eq!(stored_report(&bench, &running).await.unwrap()["status"], "running");
    assert!(stored_report(&bench, &paused).await.is_none());
}

#[tokio::test]
async fn the_oldest_report_is_first_and_a_run_stops_60_s_before_its_deadline() {
    let bench = Bench::start().await;
    let a = bench.launch(json!({ "test_id": "a" })).await;
    bench.pass(10);
    let b = bench.launch(json!({ "test_id": "b" })).await;
    bench
        .app
        .store
        .experiments
        .aggregated(&acme(), &a.definition.test_id, bench.app.clock.now())
        .await
        .unwrap();
    bench.pass(10);
    bench
        .app
        .store
        .experiments
        .aggregated(&acme(), &b.definition.test_id, bench.app.clock.now())
        .await
        .unwrap();
    let order = bench.app.store.experiments.running().await.unwrap();
    assert_eq!(order.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let late = summarize(&bench.app, in_minutes(&bench, 1)).await.unwrap();
    assert_eq!(late, Done { left: 2, ..Done::default() });
    let done = summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(done, Done { aggregated: 2, ..Done::default() });
}

#[tokio::test]
async fn a_test_that_cannot_be_aggregated_goes_to_the_end_of_the_queue() {
    let bench = Bench::start().await;
    let broken = bench.launch(json!({ "test_id": "a-broken" })).await;
    bench.pass(1);
    let sound = bench.launch(json!({ "test_id": "sound" })).await;
    let partition = bellwether::store::key::partition(&acme(), &broken.definition.test_id, 0);
    let row = bellwether::store::item::sorted_key(partition, "an unknown kind of key");
    bench.database().put_item().table_name("bench-events").set_item(Some(row)).send().await.unwrap();
    let done = summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(done, Done { aggregated: 1, failed: 1, ..Done::default() });
    assert!(stored_report(&bench, &sound).await.is_some() && stored_report(&bench, &broken).await.is_none());
}

#[tokio::test]
async fn an_adaptive_test_gets_new_weights_and_its_units_keep_their_propensity() {
    let bench = Bench::start().await;
    let goals = json!([{ "key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 1 }]);
    let test =
        bench.launch(json!({ "allocation": { "mode": "adaptive" }, "goals": goals, "targeting": {} })).await;
    for n in 0..16 {
        let (variant, converts) = if n < 8 { ("control", false) } else { ("calculator", n < 14) };
        assign(&bench, &test, &format!("unit-{n}"), variant, converts).await;
    }
    assert_eq!(summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap().aggregated, 1);
    let same = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert_eq!(same.revision, test.revision, "16 units are not a batch");
    for n in 16..24 {
        let (variant, converts) = if n < 20 { ("control", false) } else { ("calculator", n < 23) };
        assign(&bench, &test, &format!("unit-{n}"), variant, converts).await;
    }
    bench.pass(86_400 + 10);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let next = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert_eq!((next.revision, next.weightings.len()), (test.revision + 1, 2));
    let weights: Vec<u32> = next.definition.variants.iter().map(|variant| variant.weight.get()).collect();
    assert_eq!(weights, [1_000, 9_000], "9 of 12 against none of 12: the floor");
    let records = bench.records().await;
    let record = records.last().unwrap();
    assert_eq!((&record["actor"], &record["action"]), (&json!("summarize-tests"), &json!("test_changed")));
    let stored = assignment(&bench, &next, "unit-0").await;
    assert_eq!((stored.propensity.get(), stored.revision), (5_000, test.revision));
    let report = stored_report(&bench, &next).await.unwrap();
    let comparison = &report["goals"][0]["comparisons"][0];
    assert_eq!((&comparison["method"], &comparison["fixed_horizon"]), (&json!("e_process"), &Value::Null));
    assert!(comparison["p_value"].as_f64().unwrap() < 0.2, "{comparison}");
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let still = bench.app.store.experiments.get(&acme(), &test.definition.test_id).await.unwrap().unwrap();
    assert_eq!(still.revision, next.revision, "a batch must be full first");
}

#[tokio::test]
async fn an_unreadable_report_is_counted_again_at_once_with_a_warning() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    bench.pass(1);
    store_report(&bench, &test, 1_000_000).await;
    let items = bench.database().scan().table_name("bench-summaries").send().await.unwrap().items.unwrap();
    for mut item in items {
        item.remove("report");
        bench.database().put_item().table_name("bench-summaries").set_item(Some(item)).send().await.unwrap();
    }
    let lost = bench.app.store.summaries.read(&acme(), &test, bench.app.clock.now()).await.unwrap();
    assert_eq!((lost.latest, lost.series), (Some(StoredReport::Unread(None)), vec![]));
    for _ in 0..2 {
        bench.pass(1);
        summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
        let report = stored_report(&bench, &test).await.unwrap();
        let warning = &report["warnings"][0];
        assert_eq!(
            (&report["units"]["control"], &warning["code"]),
            (&json!(0), &json!("sequential_restarted"))
        );
        assert!(warning["detail"].as_str().unwrap().contains("2026-11-21T10:00:02.25Z"), "{report}");
    }
}

#[tokio::test]
async fn each_hour_has_a_point_and_the_latest_report_replaces_the_previous_one() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for _ in 0..5 {
        summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
        bench.pass(1_800);
    }
    let summary = bench.app.store.summaries.read(&acme(), &test, bench.app.clock.now()).await.unwrap();
    let times: Vec<_> = summary.series.iter().map(|point| String::from(point.as_of)).collect();
    assert_eq!(times, ["2026-11-21T10:30:00.25Z", "2026-11-21T11:30:00.25Z", "2026-11-21T12:00:00.25Z"]);
    assert_eq!(String::from(summary.latest.unwrap().report().unwrap().as_of), "2026-11-21T12:00:00.25Z");
}

#[tokio::test]
async fn an_http_request_gets_404_and_a_stopped_test_leaves_the_index() {
    let bench = Bench::start().await;
    let response = bench.call(FUNCTION, bench.event("get-results", Role::Admin).await).await;
    assert_eq!(response.status, 404);
    let test = bench.launch(json!({})).await;
    bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    assert_eq!(bench.app.store.experiments.running().await.unwrap(), []);
    let scan = bench.database().scan().table_name("bench-tests").index_name(schema::RUNNING);
    assert_eq!(scan.send().await.unwrap().count, 0);
}

#[tokio::test]
async fn a_shipped_test_is_counted_once_when_it_is_final_and_leaves_the_index() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    assign(&bench, &test, "acme.com", "calculator", false).await;
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let ship = json!({ "revision": 2, "status": "shipped", "winner": "calculator" });
    let test = bench.change(&test, ship).await;
    bench.pass(34);
    assign(&bench, &test, "late.com", "control", false).await;
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(
        stored_report(&bench, &test).await.unwrap()["status"],
        "running",
        "an instance may still assign"
    );
    assert_eq!(bench.app.store.experiments.running().await.unwrap().len(), 1);
    bench.pass(1);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let report = stored_report(&bench, &test).await.unwrap();
    assert_eq!((&report["status"], &report["units"]["control"]), (&json!("shipped"), &json!(0)));
    assert_eq!(report["units"]["calculator"], 1);
    assert_eq!(bench.app.store.experiments.running().await.unwrap(), []);
    let test = bench.change(&test, json!({ "revision": 3, "name": "Another name" })).await;
    bench.pass(300);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(
        stored_report(&bench, &test).await.unwrap()["as_of"],
        report["as_of"],
        "the final report stays"
    );
    assert_eq!(bench.app.store.experiments.running().await.unwrap(), []);
}

#[tokio::test]
async fn without_its_store_a_run_returns_an_error() {
    let bench = Bench::at("http://127.0.0.1:1".to_owned()).await;
    assert!(summarize(&bench.app, in_minutes(&bench, 15)).await.is_err());
}

#[tokio::test]
async fn a_past_deadline_is_ignored_and_the_run_has_a_minute() {
    let bench = Bench::start().await;
    let running = bench.launch(json!({})).await;
    let mut hasty = bench.cold().await;
    hasty.app.limits.aggregation_reserve_seconds = 5;
    let event = serde_json::value::to_raw_value(&json!({})).unwrap();
    let mut context = lambda_http::Context::default();
    context.deadline = 600_000;
    let event = lambda_http::lambda_runtime::LambdaEvent::new(event, context);
    let response = bellwether::runtime::invoke(&hasty.app, FUNCTION, event).await.unwrap();
    assert_eq!(response.get(), r#"{"aggregated":1,"invoked":0,"failed":0,"left":0,"sent":0}"#);
    assert!(stored_report(&bench, &running).await.is_some());
}

/// Stores a report of this many units as of now.
async fn store_report(bench: &Bench, test: &Experiment, units: u64) {
    let mut totals = Totals::empty(test);
    totals.arms[0].units = units;
    let report = Report::new(test, &totals, bench.app.clock.now(), None, &Watched::default());
    bench.app.store.summaries.store(&acme(), test, &report, &NoticeRecord::default()).await.unwrap();
}

#[tokio::test]
async fn a_large_test_is_not_counted_in_every_run() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    bench.pass(1);
    store_report(&bench, &test, 1_000_000).await;
    let units = async || stored_report(&bench, &test).await.unwrap()["units"]["control"].clone();
    bench.pass(1_800);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(units().await, 1_000_000, "half an hour is too early");
    bench.pass(1_800);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(units().await, 0, "no unit is assigned");
}

#[tokio::test]
async fn of_two_overlapping_runs_the_later_count_is_stored() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let early = Report::new(&test, &Totals::empty(&test), bench.app.clock.now(), None, &Watched::default());
    bench.pass(60);
    store_report(&bench, &test, 7).await;
    bench.app.store.summaries.store(&acme(), &test, &early, &NoticeRecord::default()).await.unwrap();
    assert_eq!(stored_report(&bench, &test).await.unwrap()["units"]["control"], 7);
    let series = bench.app.store.summaries.read(&acme(), &test, bench.app.clock.now()).await.unwrap().series;
    assert_eq!((series.len(), series[0].units[&test.definition.variants[0].key]), (1, 7));
}

#[tokio::test]
async fn after_four_days_hours_become_days_and_storage_stays_bounded() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for _ in 0..6 * 24 {
        summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
        bench.pass(3_600);
    }
    bench.pass(-3_600);
    let summary = bench.app.store.summaries.read(&acme(), &test, bench.app.clock.now()).await.unwrap();
    // From 2026-11-21T10:00 to 2026-11-27T09:00: the hours of four days, and the last run of each earlier day.
    let times: Vec<_> = summary.series.iter().map(|point| String::from(point.as_of)).collect();
    assert_eq!(times.len(), 2 + 97, "{times:?}");
    assert_eq!(times[..3], ["2026-11-21T23:00:00.25Z", "2026-11-22T23:00:00.25Z", "2026-11-23T09:00:00.25Z"]);
    let items = bench.database().scan().table_name("bench-summaries").send().await.unwrap().items.unwrap();
    let expiring = items.iter().filter(|item| item.contains_key("expires_at")).count();
    assert_eq!(
        (items.len(), expiring),
        (1 + 7 + 144, 7 + 144),
        "everything except the latest report expires"
    );
}
