//! Tests that an assignment stays for the phase, even if the unit's attributes change, and what that costs.

use bellwether::auth::access::Role;
use bellwether::store::meter::Spent;
use domain::experiment::Experiment;
use serde_json::{Value, json};
use testing::{Bench, with_body, with_test_id};

use super::super::FUNCTION;
use super::{assign, software};

/// Starts a running test of accounts with more than 200 employees.
async fn launched(bench: &Bench, changes: Value) -> Experiment {
    let mut body =
        json!({ "targeting": { "employees": { "$gt": 200 } }, "namespace": null, "overrides": {} });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    bench.launch(body).await
}

fn account(unit_id: &str, employees: impl Into<Value>) -> Value {
    let employees = employees.into();
    json!({ "unit_id": unit_id, "attributes": { "employees": employees } })
}

async fn assign_metered(bench: &Bench, body: Value) -> (Value, Spent) {
    let event = with_body(bench.event("assign-variant", Role::Service).await, &body);
    let (response, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!(response.status, 200, "{}", response.body);
    (response.body, spent)
}

#[tokio::test]
async fn an_assigned_unit_keeps_its_variant_when_its_attributes_change() {
    let bench = Bench::start().await;
    launched(&bench, json!({})).await;
    let first = assign(&bench, account("acme.com", 201)).await;
    assert_eq!((&first["reason"], &first["new"]), (&json!("assigned"), &json!(true)));
    for later in [json!({ "unit_id": "acme.com" }), account("acme.com", 199), account("acme.com", "201")] {
        for instance in [&bench, &bench.cold().await] {
            let response = assign(instance, later.clone()).await;
            assert_eq!(
                (&response["variant"], &response["parameters"]),
                (&first["variant"], &first["parameters"])
            );
            assert_eq!(
                (&response["reason"], &response["new"]),
                (&json!("assigned"), &json!(false)),
                "{later}"
            );
        }
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn an_excluded_unit_costs_one_eventually_consistent_read_in_30_seconds() {
    let bench = Bench::start().await;
    launched(&bench, json!({})).await;
    assign(&bench, account("known.com", 201)).await;
    let elsewhere = bench.cold().await;
    assign(&elsewhere, account("warm-up.com", 201)).await;
    for unit in ["known.com", "unknown.com"] {
        let small = || account(unit, 1);
        let (_, first) = assign_metered(&elsewhere, small()).await;
        assert_eq!((first.calls, first.units), (1, 0.5), "{unit}");
        let (_, again) = assign_metered(&elsewhere, small()).await;
        assert_eq!((again.calls, again.units), (0, 0.0), "{unit}");
        bench.pass(31);
        let (_, later) = assign_metered(&elsewhere, small()).await;
        assert_eq!(
            (later.calls, later.units),
            (4, 3.5),
            "the test, the settings and the erased accounts are read again"
        );
    }
}

#[tokio::test]
async fn a_unit_that_was_not_found_is_known_as_soon_as_it_is_assigned() {
    let bench = Bench::start().await;
    launched(&bench, json!({})).await;
    assert_eq!(assign(&bench, account("acme.com", 1)).await["reason"], "not_targeted");
    let first = assign(&bench, account("acme.com", 300)).await;
    assert_eq!((&first["reason"], &first["new"]), (&json!("assigned"), &json!(true)));
    let (again, spent) = assign_metered(&bench, account("acme.com", 1)).await;
    assert_eq!((&again["variant"], spent.calls), (&first["variant"], 0));
}

#[tokio::test]
async fn a_batch_reads_its_excluded_units_with_one_call_even_with_duplicates() {
    let bench = Bench::start().await;
    launched(&bench, json!({})).await;
    let known: Vec<Value> = (0..49).map(|n| account(&format!("unit-{n}"), 900)).collect();
    let before = assign(&bench, json!({ "units": known })).await;
    let elsewhere = bench.cold().await;
    let mut units: Vec<Value> = (0..98).map(|n| account(&format!("unit-{n}"), 9)).collect();
    units.extend([account("unit-3", "900"), account("new.com", 900)]);
    let (response, spent) = assign_metered(&elsewhere, json!({ "units": units })).await;
    let list = response["assignments"].as_array().unwrap();
    for (index, first) in before["assignments"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&list[index]["variant"], &list[index]["new"]), (&first["variant"], &json!(false)));
    }
    assert!((49..98).all(|index| list[index]["reason"] == "not_targeted"));
    assert_eq!((&list[98]["variant"], &list[99]["new"]), (&list[3]["variant"], &json!(true)));
    assert_eq!(
        spent.calls, 5,
        "the test, the settings, the erased accounts, one read of 98 keys, one assignment"
    );
    let (_, again) = assign_metered(&elsewhere, json!({ "units": units })).await;
    assert_eq!(again.calls, 0);
}

#[tokio::test]
async fn invalid_attributes_do_not_affect_an_assigned_unit() {
    let bench = Bench::start().await;
    let patterns: Vec<Value> = (0..20).map(|_| json!({ "note": { "$regex": "[a-z]{1,30}0" } })).collect();
    let slow = json!({ "$or": [{ "employees": { "$gt": 200 } }, { "$or": patterns }] });
    launched(&bench, json!({ "targeting": slow, "segments": ["industry"] })).await;
    let first = assign(&bench, account("acme.com", 201)).await;
    let long = "x".repeat(65);
    for attributes in [
        json!({ "employees": 201, "industry": long }),
        json!({ "employees": 201, "industry": { "name": "software" } }),
        json!({ "note": "x".repeat(1_000) }),
    ] {
        let event = bench.event("assign-variant", Role::Service).await;
        let of = |unit: &str| with_body(event.clone(), &json!({ "unit_id": unit, "attributes": attributes }));
        let elsewhere = bench.cold().await;
        let response = elsewhere.call(FUNCTION, of("acme.com")).await;
        assert_eq!(
            (response.status, &response.body["variant"]),
            (200, &first["variant"]),
            "{}",
            response.body
        );
        let stranger = elsewhere.call(FUNCTION, of("other.com")).await;
        let pointer = stranger.body["errors"][0]["pointer"].as_str().unwrap_or_default();
        assert!(stranger.status == 422 && pointer.starts_with("/attributes"), "{}", stranger.body);
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn in_an_external_test_an_assigned_unit_stays_when_targeting_excludes_it() {
    let bench = Bench::start().await;
    launched(&bench, json!({ "allocation": { "mode": "external" } })).await;
    let named = |employees: u32, variant: &str| json!({ "unit_id": "acme.com", "variant": variant, "attributes": { "employees": employees } });
    assign(&bench, named(900, "calculator")).await;
    let response = assign(&bench.cold().await, named(1, "control")).await;
    assert_eq!((&response["variant"], &response["conflict"]), (&json!("calculator"), &json!(true)));
}

#[tokio::test]
async fn units_that_cannot_have_been_assigned_are_not_looked_up() {
    let bench = Bench::start().await;
    let none = json!({ "key": "pricing", "range": [0, 1] });
    launched(&bench, json!({ "test_id": "excluded", "namespace": none })).await;
    launched(&bench, json!({ "test_id": "uncovered", "coverage": 0 })).await;
    for (test, reason) in [("excluded", "excluded"), ("uncovered", "not_covered")] {
        for (employees, reason) in [(900, reason), (1, "not_targeted")] {
            let event = with_test_id(bench.event("assign-variant", Role::Service).await, test);
            bench.call(FUNCTION, event.clone()).await;
            let event = with_body(event, &account("acme.com", employees));
            let (response, spent) = bench.metered(FUNCTION, event).await;
            assert_eq!((&response.body["reason"], spent.calls), (&json!(reason), 0), "{test}");
        }
    }
}

#[tokio::test]
async fn a_paused_test_returns_no_variant_and_a_resumed_test_the_same_one() {
    let bench = Bench::start().await;
    let test = launched(&bench, json!({})).await;
    let first = assign(&bench, account("acme.com", 201)).await;
    let test = bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    let resume = json!({ "revision": 3, "status": "running", "start": "resume" });
    let test = bench.change(&test, resume).await;
    assert_eq!(assign(&bench.cold().await, account("acme.com", 1)).await["variant"], first["variant"]);
    bench.change(&test, json!({ "revision": 4, "status": "paused" })).await;
    let response = assign(&bench.cold().await, account("acme.com", 201)).await;
    assert_eq!((&response["variant"], &response["reason"]), (&Value::Null, &json!("not_running")));
}

#[tokio::test]
async fn with_closed_enrolment_assigned_units_keep_their_variant_and_others_get_none() {
    let bench = Bench::start().await;
    let test = launched(&bench, json!({ "overrides": { "showcase.com": "control" } })).await;
    let first = assign(&bench, account("acme.com", 201)).await;
    bench.change(&test, json!({ "revision": 2, "enrolment": "closed" })).await;
    let closed = bench.cold().await;
    for employees in [201, 1] {
        let response = assign(&closed, account("acme.com", employees)).await;
        assert_eq!((&response["variant"], &response["reason"]), (&first["variant"], &json!("assigned")));
    }
    let (response, spent) = assign_metered(&closed, account("new.com", 201)).await;
    assert_eq!((&response["variant"], &response["reason"]), (&Value::Null, &json!("enrolment_closed")));
    assert_eq!((spent.calls, spent.units), (1, 0.5));
    let (_, again) = assign_metered(&closed, account("new.com", 201)).await;
    assert_eq!(again.calls, 0);
    assert_eq!(assign(&closed, account("other.com", 1)).await["reason"], "not_targeted");
    assert_eq!(assign(&closed, account("showcase.com", 1)).await["reason"], "override");
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_shipped_test_gives_the_winner_to_targeted_or_assigned_units_and_stores_nothing() {
    let bench = Bench::start().await;
    let range = json!({ "key": "pricing", "range": [0, 10_000] });
    let test = launched(&bench, json!({ "coverage": 10_000, "namespace": range })).await;
    for n in 0..8 {
        assign(&bench, account(&format!("unit-{n}"), 201)).await;
    }
    let ship = json!({ "revision": 2, "status": "shipped", "winner": "calculator" });
    let test = bench.change(&test, ship).await;
    let shipped = bench.cold().await;
    for n in 0..8 {
        let response = assign(&shipped, account(&format!("unit-{n}"), 1)).await;
        assert_eq!(
            (&response["variant"], &response["reason"]),
            (&json!("calculator"), &json!("shipped")),
            "{n}"
        );
        assert_eq!((&response["parameters"]["hero"], &response["new"]), (&json!("roi"), &json!(false)));
    }
    let (response, spent) = assign_metered(&shipped, account("new.com", 201)).await;
    assert_eq!((&response["variant"], &response["reason"]), (&json!("calculator"), &json!("shipped")));
    assert_eq!(spent.calls, 0, "the test is cached like a running test, and nothing is stored");
    let small = assign(&shipped, account("small.com", 1)).await;
    assert_eq!((&small["variant"], &small["reason"]), (&Value::Null, &json!("not_targeted")));
    assert_eq!(bench.rows().await, 8);
    let resume = json!({ "revision": 3, "status": "running", "start": "resume" });
    bench.change(&test, resume).await;
    let again = assign(&bench.cold().await, account("new.com", 201)).await;
    assert_eq!((&again["reason"], &again["new"]), (&json!("assigned"), &json!(true)));
}

#[tokio::test]
async fn a_shipped_test_ignores_coverage_namespace_list_and_external_variants() {
    let bench = Bench::start().await;
    let namespace = json!({ "key": "pricing", "range": [0, 1] });
    let known: Vec<Value> = (0..40).map(|n| json!({ "unit_id": format!("listed-{n}") })).collect();
    for (id, changes) in [
        ("covered", json!({ "coverage": 0 })),
        ("divided", json!({ "namespace": namespace })),
        ("listed", json!({ "targeting": {}, "known_units": known, "segments": [] })),
        ("external", json!({ "allocation": { "mode": "external" } })),
    ] {
        let mut changes = changes;
        changes["test_id"] = json!(id);
        let test = launched(&bench, changes).await;
        bench.change(&test, json!({ "revision": 2, "status": "shipped", "winner": "calculator" })).await;
        let event = with_test_id(bench.event("assign-variant", Role::Service).await, id);
        let response = bench.call(FUNCTION, with_body(event, &software("new.com"))).await;
        assert_eq!(response.body["reason"], "shipped", "{id}: {}", response.body);
    }
    assert_eq!(bench.rows().await, 0);
}
