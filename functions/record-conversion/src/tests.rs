//! Tests of conversions with a real store: each is stored once, at the cost of one write.

use bellwether::auth::access::Role;
use domain::experiment::{Assignment, Unit};
use serde_json::{Value, json};
use testing::{Bench, acme, as_payload_2, with_body, with_test_id};

use super::FUNCTION;

mod shared;
mod spellings;
mod suppressed;
mod versions;

#[tokio::test]
async fn an_outcome_is_stored_once_even_if_it_is_sent_repeatedly() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let first = bench.call(FUNCTION, event.clone()).await;
    let recorded =
        |duplicate: bool| json!({ "event_id": "crm-991", "unit_id": "acme.com", "duplicate": duplicate });
    assert_eq!((first.status, &first.body), (202, &recorded(false)));
    let again = bench.cold().await.call(FUNCTION, as_payload_2(&event)).await;
    assert_eq!((again.status, &again.body), (202, &recorded(true)));
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn an_outcome_costs_one_write_and_a_cold_instance_adds_one_read() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let (_, cold) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((cold.calls, cold.units), (4, 4.0));
    let (_, repeated) = bench.metered(FUNCTION, event).await;
    assert_eq!((repeated.calls, repeated.units), (1, 1.0), "a failed condition costs the write");
}

#[tokio::test]
async fn a_batch_distinguishes_new_repeated_and_invalid_outcomes() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let outcome = |id: &str, goal: &str| json!({ "unit_id": "acme.com", "goal": goal, "event_id": id });
    let events = json!({ "events": [
        outcome("a", "demo-booked"), outcome("b", "demo-booked"), outcome("c", "no-goal"), outcome("a", "opt-out"),
    ] });
    let event = with_body(bench.event("record-conversion", Role::Service).await, &events);
    bench.call(FUNCTION, event.clone()).await;
    let response = bench.call(FUNCTION, event).await;
    assert_eq!(response.status, 202);
    let list = response.body["conversions"].as_array().unwrap();
    let duplicates: Vec<&Value> = list.iter().map(|item| &item["duplicate"]).collect();
    assert_eq!(duplicates, [&json!(true), &json!(true), &Value::Null, &json!(true)]);
    assert_eq!(list[2]["problem"]["errors"][0]["pointer"], "/goal");
    assert_eq!(bench.rows().await, 3);
}

#[tokio::test]
async fn an_account_id_is_normalized_and_hidden_characters_are_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let of = |unit: &str| json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "crm-1" });
    for (unit, duplicate) in [("mu\u{308}ller.de", false), ("müller.de", true)] {
        let response = bench.call(FUNCTION, with_body(event.clone(), &of(unit))).await;
        assert_eq!((response.status, &response.body["duplicate"]), (202, &json!(duplicate)), "{unit}");
    }
    let hidden = bench.call(FUNCTION, with_body(event, &of("mül\u{200D}ler.de"))).await;
    assert_eq!((hidden.status, &hidden.body["errors"][0]["pointer"]), (422, &json!("/unit_id")));
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_shipped_test_accepts_outcomes() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let ship = json!({ "revision": 2, "status": "shipped", "winner": "calculator" });
    bench.change(&test, ship).await;
    let event = bench.event("record-conversion", Role::Service).await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 202);
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_stopped_test_accepts_late_outcomes_and_an_archived_test_none() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let stopped = bench.change(&test, json!({ "revision": 2, "status": "stopped" })).await;
    let event = bench.event("record-conversion", Role::Service).await;
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 202);
    bench.change(&stopped, json!({ "revision": 3, "status": "archived" })).await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 409);
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn every_invalid_field_is_reported_and_nothing_is_stored() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let good = json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": "e" });
    let wrong = [
        ("unit_id", json!("")),
        ("goal", json!("Demo")),
        ("goal", json!("unknown")),
        ("event_id", json!("a b")),
        ("event_id", json!("x".repeat(65))),
        ("value", json!(2)),
        ("value", json!("1")),
        ("value", json!(1e16)),
        ("occurred_at", json!("yesterday")),
        ("occurred_at", json!("2026-11-21T10:06:00Z")),
        ("occurred_at", json!("1969-12-31T23:59:59Z")),
        ("surprise", json!(1)),
    ];
    for (field, value) in wrong {
        let mut body = good.clone();
        body[field] = value.clone();
        let response = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        let pointer = json!(format!("/{field}"));
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &pointer),
            "{field} {value}"
        );
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn a_value_must_fit_the_kind_of_the_goal() {
    let bench = Bench::start().await;
    bench
        .launch(json!({ "goals": [{ "key": "yes", "kind": "binary", "role": "primary" },
            { "key": "visits", "kind": "count" }, { "key": "pipeline", "kind": "sum" }] }))
        .await;
    let event = bench.event("record-conversion", Role::Service).await;
    let cases = [
        ("visits", json!(null), 202),
        ("visits", json!(3), 202),
        ("visits", json!(0), 422),
        ("visits", json!(1.5), 422),
        ("visits", json!(1_000_001), 422),
        ("pipeline", json!(-12_500.75), 202),
        ("pipeline", json!(null), 422),
        ("yes", json!(0), 422),
    ];
    for (index, (goal, value, status)) in cases.into_iter().enumerate() {
        let body = json!({ "unit_id": "a", "goal": goal, "event_id": format!("e{index}"), "value": value });
        assert_eq!(
            bench.call(FUNCTION, with_body(event.clone(), &body)).await.status,
            status,
            "{goal} {value}"
        );
    }
    assert_eq!(bench.rows().await, 3);
}

#[tokio::test]
async fn a_checked_batch_reports_for_each_unit_whether_it_is_assigned() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "overrides": { "our-own.example": "control" } })).await;
    let unit = serde_json::from_value(json!({ "unit_id": "müller.de" })).unwrap();
    let unit = Unit::parse(unit, &test).unwrap();
    let now = bench.app.clock.now();
    let first = Assignment::of(&test, &unit, &test.definition.variants[0], now).unwrap();
    bench.app.store.events.assign(&acme(), &test, &unit.id, first, now).await.unwrap();
    let event = bench.event("record-conversion", Role::Service).await;
    let outcome = |unit: &str, id: &str| json!({ "unit_id": unit, "goal": "demo-booked", "event_id": id });
    let mut events = vec![
        outcome("mu\u{308}ller.de", "a"),
        outcome("acme.com", "b"),
        outcome("our-own.example", "c"),
        outcome("acme.com", "d"),
        outcome("", "e"),
    ];
    events.extend((5..100).map(|n| outcome(&format!("unit-{n}"), "a")));
    bench.call(FUNCTION, with_body(event.clone(), &outcome("warm.example", "a"))).await;
    let plain = json!({ "events": events });
    let (response, cost) = bench.metered(FUNCTION, with_body(event.clone(), &plain)).await;
    assert_eq!(response.body["conversions"][1].get("unit"), None);
    let mut checked = plain.clone();
    checked["check"] = json!(true);
    let (response, more) = bench.metered(FUNCTION, with_body(event.clone(), &checked)).await;
    let list = response.body["conversions"].as_array().unwrap();
    let words: Vec<&Value> = list.iter().take(5).map(|item| &item["unit"]).collect();
    assert_eq!(
        words,
        [&json!("assigned"), &json!("unknown"), &json!("overridden"), &json!("unknown"), &Value::Null]
    );
    assert!(list[5..].iter().all(|item| item["unit"] == "unknown"));
    assert_eq!((cost.calls, more.calls), (99, 100), "99 outcomes that can be recorded");
    for (value, status) in [(json!(false), 202), (json!(null), 202), (json!("true"), 422), (json!(1), 422)] {
        checked["check"] = value.clone();
        let response = bench.call(FUNCTION, with_body(event.clone(), &checked)).await;
        assert_eq!(response.status, status, "{value}");
    }
    let mut single = outcome("acme.com", "z");
    single["check"] = json!(true);
    assert_eq!(bench.call(FUNCTION, with_body(event, &single)).await.status, 422);
}

#[tokio::test]
async fn an_outcome_accepts_the_time_formats_of_exports() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let times = ["2026-11-21T10:00:00.000+0000", "2026-11-21", "2026-11-21 10:00Z", "2026-11-20T24:00:00z"];
    for (index, time) in times.into_iter().enumerate() {
        let body = json!({ "unit_id": "a", "goal": "demo-booked", "event_id": format!("e{index}"), "occurred_at": time });
        for duplicate in [false, true] {
            let response = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
            assert_eq!((response.status, &response.body["duplicate"]), (202, &json!(duplicate)), "{time}");
        }
    }
    let tomorrow =
        json!({ "unit_id": "a", "goal": "demo-booked", "event_id": "f", "occurred_at": "2026-11-22" });
    assert_eq!(bench.call(FUNCTION, with_body(event, &tomorrow)).await.status, 422);
}

#[tokio::test]
async fn a_token_without_the_scope_or_of_another_workspace_is_rejected() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    bench.assert_refuses(FUNCTION, "record-conversion", Role::Viewer).await;
    let event = bench.event("record-conversion", Role::Service).await;
    let foreign = bench.signed(event.clone(), Role::Service, "globex").await;
    for event in [foreign, with_test_id(event, "no-such-test")] {
        assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "record-conversion").await;
}

#[tokio::test]
async fn an_outcome_of_an_alias_is_one_of_the_account_for_one_further_read() {
    let bench = Bench::start().await;
    bench.launch(json!({})).await;
    bench.account(json!({ "unit_id": "acme.com", "aliases": ["0015"] })).await;
    let event = |unit: &str, id: &str| json!({ "unit_id": unit, "goal": "demo-booked", "event_id": id });
    let sample = bench.event("record-conversion", Role::Service).await;
    let (_, cold) = bench.metered(FUNCTION, with_body(sample.clone(), &event("other.com", "e0"))).await;
    assert_eq!(cold.calls, 5, "the test, the settings, the erased accounts, the account, the outcome");
    let (answer, first) = bench.metered(FUNCTION, with_body(sample.clone(), &event("0015", "e1"))).await;
    assert_eq!((answer.status, first.calls), (202, 2), "the account and the outcome");
    assert_eq!((&answer.body["unit_id"], &answer.body["sent_as"]), (&json!("acme.com"), &json!("0015")));
    let again = bench.call(FUNCTION, with_body(sample.clone(), &event("acme.com", "e1"))).await;
    assert_eq!(again.body["duplicate"], true, "both names are one account");
    let batch = json!({ "events": (0..100).map(|n| event(&format!("{n}.com"), "e")).collect::<Vec<_>>() });
    let (_, spent) = bench.metered(FUNCTION, with_body(sample, &batch)).await;
    assert_eq!(spent.calls, 101, "one read of all names");
}
