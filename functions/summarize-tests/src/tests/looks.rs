//! Tests of interim looks: two counts at once, and a crash at any call, lead to the same decision.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use domain::results::looks::{Looks, Watched};
use testing::faults::{Fate, Proxy};

use super::*;

/// A test of 60 units whose second variant converts far more often, past its window. One count has found the units, so
/// the next one is a look.
async fn launched(bench: &Bench) -> Experiment {
    let goals = json!([{ "key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 1 },
                       { "key": "replied", "kind": "binary", "role": "secondary", "window_days": 1 }]);
    let test = bench.launch(json!({ "targeting": {}, "goals": goals, "planned_units": 60 })).await;
    for n in 0..60 {
        let (variant, converts) = if n < 30 { ("control", n < 4) } else { ("calculator", n < 52) };
        assign(bench, &test, &format!("unit-{n}"), variant, converts).await;
    }
    bench.pass(86_400 + 10);
    summarize(&bench.app, in_minutes(bench, 15)).await.unwrap();
    assert_eq!(looks(bench, &test).await, Looks::default(), "units have arrived since the last count");
    bench.pass(60);
    test
}

async fn looks(bench: &Bench, test: &Experiment) -> Looks {
    bench.app.store.summaries.looks(&acme(), test).await.unwrap()
}

/// Takes the first look without storing it.
async fn expected(bench: &Bench, test: &Experiment) -> Looks {
    let now = bench.app.clock.now();
    let totals = bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap();
    Watched::new(test, &totals, Looks::default()).look(test, &totals).looks
}

/// Compares what was spent and decided, whatever the number of looks.
fn assert_same_decisions(found: &Looks, expected: &Looks) {
    assert_eq!(found.comparisons().len(), expected.comparisons().len());
    for comparison in expected.comparisons() {
        let own = found.of(&comparison.goal, &comparison.variant).unwrap();
        assert_eq!(own.watch.levels, comparison.watch.levels, "{}", comparison.goal);
    }
}

#[tokio::test]
async fn a_count_takes_a_look_that_decides_and_a_request_takes_none() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    let expected = expected(&bench, &test).await;
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    assert_eq!(looks(&bench, &test).await, expected);
    let report = stored_report(&bench, &test).await.unwrap();
    let comparison = &report["goals"][0]["comparisons"][0];
    assert_eq!(
        (&comparison["method"], &comparison["interim_looks"]["decision"]["look"]),
        (&json!("rerandomization"), &json!(1))
    );
    assert_eq!((&report["verdict"]["decision"], &comparison["shown"]), (&json!("ship"), &json!("higher")));
}

#[tokio::test]
async fn two_counts_at_once_spend_once_and_decide_alike() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    let expected = expected(&bench, &test).await;
    let other = bench.cold().await;
    let (a, b) = tokio::join!(
        summarize(&bench.app, in_minutes(&bench, 15)),
        summarize(&other.app, in_minutes(&bench, 15))
    );
    assert_eq!((a.unwrap().failed, b.unwrap().failed), (0, 0));
    assert_same_decisions(&looks(&bench, &test).await, &expected);
}

#[tokio::test]
async fn a_look_that_another_count_has_taken_stands() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    let expected = expected(&bench, &test).await;
    let (summaries, now) = (&bench.app.store.summaries, bench.app.clock.now());
    let none = Looks::default();
    assert!(summaries.store_looks(&acme(), &test, (&none, &expected), now).await.unwrap());
    assert!(
        !summaries.store_looks(&acme(), &test, (&none, &expected), now).await.unwrap(),
        "a first look is stored"
    );
    assert_eq!(looks(&bench, &test).await, expected);
}

#[tokio::test]
async fn a_crash_at_any_call_of_a_count_leaves_the_same_decision() {
    for fate in [Fate::Drop, Fate::Lose] {
        let mut calls = 0;
        loop {
            let bench = Bench::start().await;
            let test = launched(&bench).await;
            let expected = expected(&bench, &test).await;
            let left = Arc::new(AtomicI64::new(calls));
            let cut = move || match left.fetch_sub(1, SeqCst) {
                1.. => Fate::Pass,
                0 => fate,
                _ => Fate::Drop,
            };
            let proxy = Proxy::start(bench.endpoint(), cut).await;
            let crashed = bench.by_way_of(&proxy.url).await;
            let first = summarize(&crashed.app, in_minutes(&bench, 15)).await;
            bench.pass(60);
            summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
            assert_same_decisions(&looks(&bench, &test).await, &expected);
            let report = stored_report(&bench, &test).await.unwrap();
            assert_eq!(report["verdict"]["decision"], "ship", "{fate:?} at call {calls}");
            if first.is_ok_and(|done| done.failed == 0) {
                break;
            }
            calls += 1;
        }
        assert!(calls >= 6, "a count makes several calls: {calls}");
    }
}

#[tokio::test]
async fn a_look_that_cannot_be_read_is_replaced_with_a_warning() {
    let bench = Bench::start().await;
    let test = launched(&bench).await;
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let items = bench.database().scan().table_name("bench-summaries").send().await.unwrap().items.unwrap();
    for mut item in items.into_iter().filter(|item| item.contains_key("looks")) {
        item.remove("report");
        bench.database().put_item().table_name("bench-summaries").set_item(Some(item)).send().await.unwrap();
    }
    assert!(looks(&bench, &test).await.are_lost());
    bench.pass(600);
    summarize(&bench.app, in_minutes(&bench, 15)).await.unwrap();
    let report = stored_report(&bench, &test).await.unwrap();
    assert_eq!(report["warnings"][0]["code"], "sequential_restarted");
    let found = looks(&bench, &test).await;
    assert!(!found.are_lost() && found.comparisons().iter().all(|own| own.watch.looks == 1));
}
