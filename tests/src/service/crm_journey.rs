//! What follows the import of a CRM's export: a website and a mail tool ask for variants under different names and with
//! different attributes, a CRM records, corrects and removes outcomes, and results count each company once.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::auth::access::Role;
use bellwether::operations::{
    ASSIGN_VARIANT, GET_RESULTS, IMPORT_ACCOUNTS_MERGE, LOOK_UP_EVENTS, RECORD_CONVERSION,
};
use bellwether_cli::import::accounts::prepared;
use serde_json::{Value, json};
use testing::{Bench, at, with_body, with_query, with_test_id};

use crate::crm::{import, send};
use crate::functions::of;

const TEST: &str = "crm";

/// A running test of companies with at least 1,000 employees, as in a workspace of domains.
async fn launched(bench: &Bench) {
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    let goals = json!([{ "key": "pipeline", "kind": "sum", "role": "primary" }]);
    let changes = json!({ "test_id": TEST, "goals": goals, "namespace": null, "overrides": {}, "segments": [],
        "coverage": 10_000, "targeting": { "employees": { "$gte": 1_000 } }, "planned_units": null });
    bench.launch_in("domain", "UTC", changes).await;
}

async fn ask(bench: &Bench, units: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for batch in units.chunks(100) {
        let event = with_test_id(bench.event("assign-variant", Role::Service).await, TEST);
        let event = with_body(event, &json!({ "units": batch }));
        let answer = bench.call(of(&ASSIGN_VARIANT), event).await;
        all.extend(answer.body["assignments"].as_array().unwrap().iter().cloned());
    }
    all
}

async fn record(bench: &Bench, events: Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for batch in events.chunks(100) {
        let event = with_test_id(bench.event("record-conversion", Role::Service).await, TEST);
        let event = with_body(event, &json!({ "events": batch }));
        let answer = bench.call(of(&RECORD_CONVERSION), event).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        all.extend(answer.body["conversions"].as_array().unwrap().iter().cloned());
    }
    all
}

async fn results(bench: &Bench) -> Value {
    let event = with_test_id(bench.event("get-results", Role::Analyst).await, TEST);
    let answer = bench.call(of(&GET_RESULTS), with_query(event, "fresh", "true")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The number of firm `n` as the CRM writes it: the id of its Salesforce record.
fn record_id(n: usize) -> String {
    format!("001{n:012}")
}

fn sum(results: &Value, field: &str) -> f64 {
    let arms = results["goals"][0]["arms"].as_array().unwrap();
    arms.iter().map(|arm| arm[field].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn two_clients_with_other_names_and_attributes_get_the_same_variant_and_each_company_counts_once() {
    let bench = Bench::start().await;
    launched(&bench).await;
    send(&bench, &prepared(&import()).unwrap().plan.items).await;
    // The website knows the address alone, and the mail tool the CRM's record and a wrong type.
    let site = (1..=150).map(|n| json!({ "unit_id": format!("https://www.Firm-{n:03}.com/pricing") }));
    let mail = (1..=150).map(|n| json!({ "unit_id": record_id(n), "attributes": { "source": "mail" } }));
    let (site, mail) = (ask(&bench, site.collect()).await, ask(&bench, mail.collect()).await);
    let large: BTreeSet<usize> = (1..=150).filter(|n| 20 + n * 37 >= 1_000).collect();
    for (n, (site, mail)) in (1..).zip(site.iter().zip(&mail)) {
        assert_eq!(site["unit_id"], format!("firm-{n:03}.com"));
        assert_eq!((&site["variant"], &site["unit_id"]), (&mail["variant"], &mail["unit_id"]), "{n}");
        assert_eq!(site["reason"] == "assigned", large.contains(&n), "{site}");
    }
    let units = results(&bench).await["units"].clone();
    let counted: u64 = units.as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(usize::try_from(counted).unwrap(), large.len());

    // Every tenth of them books 100, under its record's id, and every second of these is corrected to 40 by its domain.
    let booking: Vec<usize> = large.iter().copied().filter(|n| n % 10 == 0).collect();
    let booked = |n: usize| json!({ "unit_id": record_id(n), "goal": "pipeline", "event_id": format!("o-{n}"), "version": 1, "value": 100 });
    let first = record(&bench, booking.iter().map(|n| booked(*n)).collect()).await;
    assert!(first.iter().all(|own| own["duplicate"] == false), "{first:?}");
    let corrected: Vec<usize> = booking.iter().copied().filter(|n| n % 20 == 0).collect();
    let correction = |n: &usize| json!({ "unit_id": format!("FIRM-{n:03}.com"), "goal": "pipeline", "event_id": format!("o-{n}"), "version": 2, "value": 40 });
    record(&bench, corrected.iter().map(correction).collect()).await;
    let retried = record(&bench, booking.iter().map(|n| booked(*n)).collect()).await;
    assert!(retried.iter().all(|own| own["duplicate"] == true), "a retry of a lower version");
    let last = *booking.last().unwrap();
    let void = json!({ "unit_id": record_id(last), "goal": "pipeline", "event_id": format!("o-{last}"), "version": 3, "void": true });
    record(&bench, vec![void]).await;
    let counted = results(&bench).await;
    let value = |n: &usize| match n {
        n if *n == last => 0.0,
        n if corrected.contains(n) => 40.0,
        _ => 100.0,
    };
    let expected: f64 = booking.iter().map(value).sum();
    assert_eq!(sum(&counted, "total").to_bits(), expected.to_bits());
    let converted = u32::try_from(booking.len() - 1).unwrap();
    assert_eq!(sum(&counted, "converted").to_bits(), f64::from(converted).to_bits());
    looked_up(&bench, corrected[0]).await;
}

/// The CRM looks up what is recorded for a company, under its id and under that of its record.
async fn looked_up(bench: &Bench, n: usize) {
    let sample = bench.event("look-up-accounts", Role::Analyst).await;
    let mut event = at(sample, "POST", &format!("/tests/{TEST}/events/lookup"));
    event["pathParameters"] = json!({ "test_id": TEST });
    for name in [format!("firm-{n:03}.com"), record_id(n)] {
        let event = with_body(event.clone(), &json!({ "units": [name] }));
        let answer = bench.call(of(&LOOK_UP_EVENTS), event).await;
        let text = answer.body.to_string();
        assert_eq!(
            (answer.status, text.matches(&format!("o-{n}")).count()),
            (200, 2),
            "both versions: {text}"
        );
    }
}

#[tokio::test]
async fn accounts_that_are_merged_after_they_were_recorded_count_once_or_are_left_out() {
    let bench = Bench::start().await;
    launched(&bench).await;
    send(&bench, &prepared(&import()).unwrap().plan.items).await;
    let units = (40..=100).map(|n| json!({ "unit_id": format!("firm-{n:03}.com") })).collect();
    let variants: BTreeMap<usize, Value> = (40..).zip(ask(&bench, units).await).collect();
    let same = (41..=100).find(|n| variants[n]["variant"] == variants[&40]["variant"]).unwrap();
    let other =
        (41..=100).find(|n| variants[n]["variant"] != variants[&40]["variant"] && *n != same).unwrap();
    let before = results(&bench).await;
    let total = |results: &Value, field: &str| -> u64 {
        results[field].as_object().map_or(0, |arms| arms.values().filter_map(Value::as_u64).sum())
    };
    for (from, united, left_out) in [(same, 1, 0), (other, 3, 2)] {
        let sample = bench.event("import-accounts", Role::Admin).await;
        let merge = json!({ "from": format!("firm-{from:03}.com"), "into": "firm-040.com" });
        let event = with_body(at(sample, "POST", "/accounts/merge"), &json!({ "merges": [merge] }));
        let answer = bench.call(of(&IMPORT_ACCOUNTS_MERGE), event).await;
        assert_eq!(answer.body["merges"][0]["outcome"], "merged", "{}", answer.body);
        bench.pass(31);
        let after = results(&bench).await;
        assert_eq!(total(&before, "units") - total(&after, "units"), united, "{after}");
        assert!(total(&after, "merged") >= left_out, "{after}");
    }
}
