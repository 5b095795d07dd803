//! Tests of the metrics page with a real store.

use std::collections::BTreeMap;

use bellwether::auth::access::Role;
use bellwether::store::counters::SignIn;
use domain::experiment::{Assignment, UnitId, VariantKey};
use domain::experiment::{Decision, Experiment, Unit, decide};
use domain::results::looks::Watched;
use domain::results::notice::record::NoticeRecord;
use domain::results::report::Report;
use serde_json::{Value, json};
use testing::{Bench, acme, with_header};

use super::FUNCTION;

/// Returns the page that an API client of `acme` reads.
async fn page(bench: &Bench) -> String {
    let event = bench.event("export-metrics", Role::Service).await;
    let response = bench.invoke(FUNCTION, &event).await.unwrap();
    assert_eq!(response["statusCode"], 200, "{response}");
    response["body"].as_str().unwrap().to_owned()
}

/// Assigns this many units and stores the report, as the schedule does.
async fn count(bench: &Bench, test: &Experiment, units: u32) {
    let now = bench.app.clock.now();
    for n in 0..units {
        let unit = serde_json::from_value(json!({ "unit_id": format!("u{n}"),
            "attributes": { "industry": "software", "employees": 900 } }));
        let unit = Unit::parse(unit.unwrap(), test).unwrap();
        let Decision::Assign(variant) = decide(test, &unit).unwrap() else { continue };
        let first = Assignment::of(test, &unit, variant, now).unwrap();
        let id = UnitId::parse(format!("u{n}")).unwrap();
        bench.app.store.events.assign(&acme(), test, &id, first, now).await.unwrap();
    }
    let totals = bench.app.store.events.aggregate(&acme(), test, None, now).await.unwrap().unwrap();
    let (report, before) =
        (Report::new(test, &totals, now, None, &Watched::default()), NoticeRecord::default());
    bench.app.store.summaries.store(&acme(), test, &report, &before).await.unwrap();
}

#[tokio::test]
async fn the_page_contains_the_stored_results_of_each_test() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "targeting": {}, "namespace": null })).await;
    count(&bench, &test, 40).await;
    bench.pass(90);
    let stored = bench.app.store.summaries.latest(&acme(), &test).await.unwrap().latest.unwrap();
    let page = page(&bench).await;
    let labels = r#"workspace="acme",test="pricing-page-q4""#;
    for (variant, units) in &stored.report().unwrap().units {
        let line = format!("bellwether_test_units_total{{{labels},variant=\"{variant}\"}} {units}\n");
        assert!(page.contains(&line), "{line}{page}");
    }
    for line in [
        format!("bellwether_test_running{{{labels}}} 1\n"),
        format!("bellwether_test_results_age_seconds{{{labels}}} 90\n"),
        format!("bellwether_test_verdict{{{labels},decision=\"keep_running\"}} 1\n"),
        format!("bellwether_test_conversions_total{{{labels},variant=\"control\",goal=\"demo-booked\"}} 0\n"),
        "bellwether_tests_left_out{workspace=\"acme\"} 0\n".to_owned(),
    ] {
        assert!(page.contains(&line), "{line}{page}");
    }
}

#[tokio::test]
async fn overrides_during_a_phase_do_not_decrease_a_count() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "targeting": {}, "namespace": null, "overrides": {} })).await;
    count(&bench, &test, 40).await;
    let counts = |page: String| {
        let counts = page.lines().filter(|line| line.contains("_total{workspace"));
        counts.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = counts(page(&bench).await);
    let forced: Value =
        (0..15).map(|n| (format!("u{n}"), json!("control"))).collect::<serde_json::Map<_, _>>().into();
    let mut test = bench.change(&test, json!({ "revision": 2, "overrides": forced })).await;
    let sum = |counts: &BTreeMap<VariantKey, u64>| counts.values().sum::<u64>();
    for (units, overridden, omitted) in [(40, 15, 0), (25, 0, 15)] {
        bench.pass(60);
        count(&bench, &test, 40).await;
        let stored = bench.app.store.summaries.latest(&acme(), &test).await.unwrap().latest.unwrap();
        let report = stored.report().unwrap();
        assert_eq!(sum(&report.units), units, "{report:?}");
        assert_eq!(sum(&report.overridden_after_assignment), overridden, "{report:?}");
        assert_eq!(sum(&report.omitted), omitted, "{report:?}");
        assert_eq!(counts(page(&bench).await), before);
        // The stored form before times were stored.
        test.overridden_since.clear();
    }
}

#[tokio::test]
async fn sign_ins_are_summed_over_all_parts_and_instances() {
    let bench = Bench::start().await;
    for random in 0..20 {
        bench.app.store.counters.sign_in(SignIn::Failed, random).await.unwrap();
    }
    bench.cold().await.app.store.counters.sign_in(SignIn::Succeeded, 3).await.unwrap();
    let page = page(&bench.cold().await).await;
    assert!(page.contains("bellwether_sign_ins_total{outcome=\"failed\"} 20\n"), "{page}");
    assert!(page.contains("bellwether_sign_ins_total{outcome=\"succeeded\"} 1\n"), "{page}");
}

#[tokio::test]
async fn other_workspaces_drafts_and_archived_tests_are_not_on_the_page() {
    let bench = Bench::start().await;
    let over = bench.launch(json!({ "test_id": "over" })).await;
    let over = bench.change(&over, json!({ "revision": 2, "status": "stopped" })).await;
    bench.launch(json!({ "test_id": "gone" })).await;
    let gone = bench
        .app
        .store
        .experiments
        .get(&acme(), &"gone".to_owned().try_into().unwrap())
        .await
        .unwrap()
        .unwrap();
    let gone = bench.change(&gone, json!({ "revision": 2, "status": "stopped" })).await;
    bench.change(&gone, json!({ "revision": 3, "status": "archived" })).await;
    let page = page(&bench).await;
    assert!(page.contains("bellwether_test_running{workspace=\"acme\",test=\"over\"} 0\n"), "{page}");
    assert!(!page.contains("gone"), "{page}");
    assert_eq!(over.revision, 3);
    let event: Value = serde_json::from_str(include_str!("../../../events/export-metrics.json")).unwrap();
    let other = bench.invoke(FUNCTION, &bench.signed(event, Role::Service, "globex").await).await.unwrap();
    assert!(!other["body"].as_str().unwrap().contains("over"), "{other}");
}

#[tokio::test]
async fn the_format_follows_accept_and_a_page_is_never_cached() {
    let bench = Bench::start().await;
    let event = bench.event("export-metrics", Role::Service).await;
    let plain = bench.call(FUNCTION, event.clone()).await;
    assert_eq!(plain.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(plain.headers["cache-control"], "no-store");
    let open = with_header(event, "accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    let open = bench.invoke(FUNCTION, &open).await.unwrap();
    assert!(
        open["body"].as_str().unwrap().ends_with("# EOF\n"),
        "the page is not in Base64, which Prometheus would not decode: {open}"
    );
    assert_eq!(open["isBase64Encoded"], false);
}

#[tokio::test]
async fn a_page_costs_a_query_a_call_for_25_reports_and_the_counters() {
    let bench = Bench::start().await;
    let mut tests = Vec::new();
    for (reports, calls) in [(2, 1), (25, 1), (26, 2), (300, 12)] {
        while tests.len() < reports {
            let test = bench.launch(json!({ "test_id": format!("t{:03}", tests.len()) })).await;
            tests.push(test);
            if tests.len() <= 2 {
                count(&bench, &tests[tests.len() - 1], 0).await;
            }
        }
        let event = bench.event("export-metrics", Role::Service).await;
        let (response, spent) = bench.metered(FUNCTION, event).await;
        assert_eq!((response.status, spent.calls), (200, 1 + calls + 16), "{reports} tests");
        let page = page(&bench).await;
        assert_eq!(page.matches("bellwether_test_running{").count(), reports);
        assert_eq!(
            page.matches("bellwether_test_results_age_seconds{").count(),
            2,
            "each report with its test"
        );
    }
}

#[tokio::test]
async fn a_full_page_stops_reading_and_running_tests_come_first() {
    let bench = Bench::start().await;
    let variants: Vec<Value> =
        (0..20).map(|n| json!({ "key": format!("v{n}"), "weight": 500, "is_control": n == 0 })).collect();
    let goals: Vec<Value> = (0..20)
        .map(|n| json!({ "key": format!("g{n}"), "kind": "sum", "role": if n == 0 { "primary" } else { "secondary" } }))
        .collect();
    let big =
        json!({ "targeting": {}, "namespace": null, "overrides": {}, "variants": variants, "goals": goals });
    for n in 0..40 {
        let mut own = big.clone();
        own["test_id"] = json!(format!("{n:02}"));
        let test = bench.launch(own).await;
        count(&bench, &test, 0).await;
        if n == 0 {
            bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
        }
    }
    let event = bench.event("export-metrics", Role::Service).await;
    let (_, spent) = bench.metered(FUNCTION, event).await;
    assert!(spent.calls <= 1 + 16 + 2, "{spent:?}");
    let page = page(&bench).await;
    let shown = page.lines().filter(|line| line.starts_with("bellwether_test_running{")).count();
    let left_out = format!("bellwether_tests_left_out{{workspace=\"acme\"}} {}\n", 40 - shown);
    assert!(page.contains(&left_out) && shown > 5, "{shown}");
    assert!(page.contains("test=\"01\"") && !page.contains("test=\"00\""), "a paused one waits");
}

#[tokio::test]
async fn a_caller_without_the_scope_is_rejected_and_without_its_store_it_returns_503() {
    let bench = Bench::start().await;
    let event = bench.event("export-metrics", Role::Analyst).await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 403);
    let down = Bench::at("http://127.0.0.1:1".to_owned()).await;
    let event = down.event("export-metrics", Role::Service).await;
    assert_eq!(down.call(FUNCTION, event).await.status, 503);
}
