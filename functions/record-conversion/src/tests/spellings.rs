//! Tests of outcomes in a test whose units are domains: every spelling of an account is the same account.

use super::*;

async fn record(bench: &Bench, events: Value) -> Value {
    let event = bench.event("record-conversion", Role::Service).await;
    let answer = bench.call(FUNCTION, with_body(event, &json!({ "events": events }))).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.body["conversions"].clone()
}

#[tokio::test]
async fn an_outcome_of_another_spelling_is_the_same_outcome_and_the_answer_has_the_id() {
    let bench = Bench::start().await;
    bench.launch_in("domain", "UTC", json!({})).await;
    let outcome = |unit: &str| {
        json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "crm-1",
                                       "occurred_at": "2026-11-21T10:00:00Z" })
    };
    let found = record(&bench, json!([outcome("https://www.Acme.com/")])).await;
    let named = json!({ "event_id": "crm-1", "unit_id": "acme.com", "sent_as": "https://www.Acme.com/",
                        "duplicate": false });
    assert_eq!(found, json!([named]));
    let texts = ["acme.com", "ada@ACME.com", "Müller.de", "ada@gmail.com", "co.uk"];
    let found = record(&bench, texts.map(outcome).into_iter().collect()).await;
    assert_eq!(found[0], json!({ "event_id": "crm-1", "unit_id": "acme.com", "duplicate": true }));
    assert_eq!((&found[1]["unit_id"], &found[1]["duplicate"]), (&json!("acme.com"), &json!(true)));
    assert_eq!(
        found[2],
        json!({ "event_id": "crm-1", "unit_id": "xn--mller-kva.de", "unit_display": "müller.de",
                                 "sent_as": "Müller.de", "duplicate": false })
    );
    for refused in [&found[3], &found[4]] {
        let error = &refused["problem"]["errors"][0];
        assert_eq!((&refused["problem"]["status"], &error["pointer"]), (&json!(422), &json!("/unit_id")));
    }
    assert_eq!(bench.rows().await, 2);
}

#[tokio::test]
async fn a_checked_batch_finds_the_account_by_another_spelling() {
    let bench = Bench::start().await;
    let forced = json!({ "overrides": { "https://our-own.example/": "control" } });
    let test = bench.launch_in("domain", "UTC", forced).await;
    let unit =
        Unit::parse(serde_json::from_value(json!({ "unit_id": "www.müller.de" })).unwrap(), &test).unwrap();
    let now = bench.app.clock.now();
    let first = Assignment::of(&test, &unit, &test.definition.variants[0], now).unwrap();
    bench.app.store.events.assign(&acme(), &test, &unit.id, first, now).await.unwrap();
    let outcome = |unit: &str| json!({ "unit_id": unit, "goal": "demo-booked", "event_id": "crm-1" });
    let body = json!({ "check": true, "events": [outcome("MÜLLER.de"), outcome("ada@our-own.example"), outcome("other.de")] });
    let event = bench.event("record-conversion", Role::Service).await;
    let answer = bench.call(FUNCTION, with_body(event, &body)).await;
    let list = answer.body["conversions"].as_array().unwrap();
    let words: Vec<&Value> = list.iter().map(|item| &item["unit"]).collect();
    assert_eq!(words, ["assigned", "overridden", "unknown"]);
}

#[tokio::test]
async fn a_date_in_the_future_is_judged_by_the_time_zone_of_the_test() {
    let bench = Bench::start().await;
    // It is 10:00 in UTC on 2026-11-21: 23:00 in Auckland, and tomorrow begins within an hour.
    for (zone, date, status) in [
        ("Pacific/Auckland", "2026-11-21", Value::Null),
        ("Pacific/Auckland", "2026-11-22", json!(422)),
        ("Pacific/Kiritimati", "2026-11-22", Value::Null),
        ("UTC", "2026-11-22", json!(422)),
    ] {
        let id = format!("{}-{date}", zone.to_lowercase().replace('/', "-"));
        bench.launch_in("verbatim", zone, json!({ "test_id": id })).await;
        let outcome =
            json!({ "unit_id": "acme.com", "goal": "demo-booked", "event_id": date, "occurred_at": date });
        let event = with_test_id(bench.event("record-conversion", Role::Service).await, &id);
        let answer = bench.call(FUNCTION, with_body(event, &json!({ "events": [outcome] }))).await;
        assert_eq!(answer.body["conversions"][0]["problem"]["status"], status, "{zone} {date}");
    }
}
