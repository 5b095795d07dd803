//! Tests of corrections: a higher version replaces or removes an outcome, in any order and whatever call is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use domain::experiment::Experiment;
use domain::results::counting::outcomes::Tally;
use testing::faults::{Fate, Proxy};
use testing::random::Random;

use super::*;

const GOALS: &str = r#"[{ "key": "pipeline", "kind": "sum", "role": "primary", "window_days": 30 }]"#;

async fn launched(bench: &Bench) -> Experiment {
    let goals: Value = serde_json::from_str(GOALS).unwrap();
    bench.launch(json!({ "goals": goals })).await
}

async fn enrol(bench: &Bench, test: &Experiment, unit: &str) {
    let unit = Unit::parse(serde_json::from_value(json!({ "unit_id": unit })).unwrap(), test).unwrap();
    let now = bench.app.clock.now();
    let first = Assignment::of(test, &unit, &test.definition.variants[0], now).unwrap();
    bench.app.store.events.assign(&acme(), test, &unit.id, first, now).await.unwrap();
}

/// A version of an outcome. Without a value, it is a void.
fn version(event_id: &str, version: u64, value: Option<f64>) -> Value {
    let mut body =
        json!({ "unit_id": "acme.com", "goal": "pipeline", "event_id": event_id, "version": version });
    match value {
        Some(value) => body["value"] = json!(value),
        None => body["void"] = json!(true),
    }
    body
}

/// The sum of the first arm, and the tally of the goal.
async fn counted(bench: &Bench, test: &Experiment) -> (f64, Tally) {
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap();
    (totals.arms[0].goals[0].moments.total(), totals.outcomes[0])
}

#[tokio::test]
async fn a_higher_version_replaces_and_a_void_removes_for_one_write_each() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    enrol(&bench, &test, "acme.com").await;
    let event = bench.event("record-conversion", Role::Service).await;
    let mut warm = with_body(event.clone(), &version("e", 0, Some(5.0)));
    bench.call(FUNCTION, warm.clone()).await;
    for (number, value, sum) in
        [(1, Some(7.0), 7.0), (9, None, 0.0), (4, Some(8.0), 0.0), (10, Some(2.0), 2.0)]
    {
        warm = with_body(event.clone(), &version("e", number, value));
        let (answer, spent) = bench.metered(FUNCTION, warm.clone()).await;
        assert_eq!((answer.status, spent.calls, spent.units), (202, 1, 1.0), "{number}");
        assert_eq!(answer.body, json!({ "event_id": "e", "unit_id": "acme.com", "duplicate": false }));
        assert_eq!(counted(&bench, &test).await.0.to_bits(), f64::to_bits(sum), "after version {number}");
    }
    let again = bench.call(FUNCTION, warm).await;
    assert_eq!((again.status, &again.body["duplicate"]), (202, &json!(true)));
    let tally = Tally { counted: 1, immature: 1, replaced: 4, ..Tally::default() };
    assert_eq!(counted(&bench, &test).await.1, tally, "every accepted version is accounted for");
}

#[tokio::test]
async fn the_same_version_with_other_content_is_refused_in_its_place() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    enrol(&bench, &test, "acme.com").await;
    let event = bench.event("record-conversion", Role::Service).await;
    let timed = |mut body: Value, at: &str| {
        body["occurred_at"] = json!(at);
        body
    };
    let noon = "2026-11-21T10:00:00Z";
    let events = [version("a", 0, Some(5.0)), version("b", 2, None), timed(version("c", 0, Some(5.0)), noon)];
    bench.call(FUNCTION, with_body(event.clone(), &json!({ "events": events }))).await;
    bench.pass(60);
    let events = [
        version("a", 0, Some(5.5)),
        version("a", 0, Some(5.0)),
        timed(version("a", 0, Some(5.0)), noon),
        version("b", 2, Some(5.0)),
        version("b", 2, None),
        timed(version("c", 0, Some(5.0)), "2026-11-21T11:00:00+01:00"),
        timed(version("c", 0, Some(5.0)), "2026-11-21"),
        version("c", 0, Some(5.0)),
    ];
    let answer = bench.call(FUNCTION, with_body(event.clone(), &json!({ "events": events }))).await;
    let found: Vec<Value> = answer.body["conversions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.pointer("/problem/status").unwrap_or(&item["duplicate"]).clone())
        .collect();
    let (repeated, other) = (json!(true), json!(409));
    assert_eq!(
        found,
        [&other, &repeated, &other, &other, &repeated, &repeated, &other, &repeated].map(Clone::clone)
    );
    let single = bench.call(FUNCTION, with_body(event, &version("a", 0, Some(6.0)))).await;
    assert_eq!(single.status, 409);
    assert!(single.body["detail"].as_str().unwrap().contains("higher version"), "{}", single.body);
    assert_eq!(counted(&bench, &test).await.0.to_bits(), 10.0_f64.to_bits(), "what was recorded remains");
}

#[tokio::test]
async fn a_void_has_no_content_and_a_version_that_can_replace_another() {
    let bench = Bench::start().await;
    launched(&bench).await;
    let event = bench.event("record-conversion", Role::Service).await;
    for (field, value, pointer) in [
        ("value", json!(1), "/value"),
        ("occurred_at", json!("2026-11-21"), "/occurred_at"),
        ("version", json!(0), "/version"),
        ("version", json!(null), "/version"),
        ("version", json!(-1), "/version"),
        ("version", json!(1.5), "/version"),
        ("version", json!(1_000_000_000_000_001_u64), "/version"),
        ("void", json!("true"), "/void"),
    ] {
        let mut body = version("e", 3, None);
        body[field] = value.clone();
        let answer = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        let found = (answer.status, &answer.body["errors"][0]["pointer"]);
        assert_eq!(found, (422, &json!(pointer)), "{field} {value}");
    }
    assert_eq!(bench.rows().await, 0);
    let mut not_void = version("e", 1_000_000_000_000_000, Some(1.0));
    not_void["void"] = json!(false);
    assert_eq!(bench.call(FUNCTION, with_body(event, &not_void)).await.status, 202);
}

/// Sends a body until it is acknowledged, each time by a new process whose first write has another fate.
async fn see_through(bench: &Bench, random: &mut Random, body: &Value) -> u64 {
    let (event, mut tries) = (bench.event("record-conversion", Role::Service).await, 0);
    loop {
        let fate = *random.pick(&[Fate::Pass, Fate::Drop, Fate::Lose]);
        let calls = Arc::new(AtomicUsize::new(0));
        // The second call is the write. Later ones are lost too, so the SDK's retries do not help.
        let plan = move || if calls.fetch_add(1, Relaxed) == 0 { Fate::Pass } else { fate };
        let proxy = Proxy::start(bench.endpoint(), plan).await;
        let process = bench.by_way_of(&proxy.url).await;
        let answer = process.call(FUNCTION, with_body(event.clone(), body)).await;
        tries += 1;
        match answer.status {
            202 => return tries,
            status => assert_eq!((status, fate == Fate::Pass), (503, false), "{}", answer.body),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_in_any_order_through_lost_calls_end_as_the_highest_versions() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    enrol(&bench, &test, "acme.com").await;
    let (mut random, mut highest, mut tries, mut sent) = (Random::new(17), BTreeMap::<u64, _>::new(), 0, 0);
    for _ in 0..24 {
        let (id, number) = (random.below(4), random.below(4));
        let value =
            (number == 0 || random.below(3) > 0).then(|| f64::from(u8::try_from(id * 16 + number).unwrap()));
        let known: &mut BTreeMap<u64, Option<f64>> = highest.entry(id).or_default();
        let value = *known.entry(number).or_insert(value);
        let body = version(&format!("e{id}"), number, value);
        (tries, sent) = (tries + see_through(&bench, &mut random, &body).await, sent + 1);
    }
    assert!(tries > sent, "calls were lost");
    let left = highest.values().filter_map(|known| *known.last_key_value()?.1);
    let (sum, tally) = counted(&bench, &test).await;
    assert_eq!(sum.to_bits(), left.clone().sum::<f64>().to_bits());
    assert_eq!(tally.counted, left.count() as u64);
    let versions: usize = highest.values().map(BTreeMap::len).sum();
    assert_eq!(
        (tally.recorded(), bench.rows().await),
        (versions as u64, versions + 1),
        "one row for each version"
    );
}
