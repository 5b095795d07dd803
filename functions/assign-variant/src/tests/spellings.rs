//! Tests of assignments in a test whose units are domains: every spelling of an account is the same account.

use super::*;

fn units(texts: &[&str]) -> Value {
    json!({ "units": texts.iter().map(|text| software(text)).collect::<Vec<_>>() })
}

#[tokio::test]
async fn every_spelling_of_an_account_gets_its_one_assignment_and_its_id() {
    let bench = Bench::start().await;
    bench.launch_in("domain", "UTC", json!({ "namespace": null, "overrides": {} })).await;
    let first = assign(&bench, software("https://www.Acme.com/")).await;
    assert_eq!((&first["unit_id"], &first["sent_as"]), (&json!("acme.com"), &json!("https://www.Acme.com/")));
    assert_eq!((&first["new"], &first["reason"]), (&json!(true), &json!("assigned")));
    let texts = ["ACME.com", "acme.com", "www.acme.com", "ada@acme.com", "acme.com.", "acme．com"];
    let found = assign(&bench, units(&texts)).await;
    let found = found["assignments"].as_array().unwrap();
    for (text, answer) in texts.iter().zip(found) {
        assert_eq!((&answer["unit_id"], &answer["new"]), (&json!("acme.com"), &json!(false)), "{text}");
        assert_eq!(answer["variant"], first["variant"]);
        let sent_as = if *text == "acme.com" { Value::Null } else { json!(text) };
        assert_eq!(answer["sent_as"], sent_as, "{text}");
    }
    assert_eq!(bench.rows().await, 1);
    let other = assign(&bench, units(&["Müller.de", "shop1.myshopify.com", "shop2.myshopify.com"])).await;
    let ids = |field: &str| -> Vec<Value> {
        other["assignments"].as_array().unwrap().iter().map(|answer| answer[field].clone()).collect()
    };
    assert_eq!(ids("unit_id"), ["xn--mller-kva.de", "shop1.myshopify.com", "shop2.myshopify.com"]);
    assert_eq!(ids("unit_display"), [json!("müller.de"), Value::Null, Value::Null]);
    assert_eq!(bench.rows().await, 4);
}

#[tokio::test]
async fn a_text_that_is_not_an_account_fails_in_its_place_with_the_reason() {
    let bench = Bench::start().await;
    bench.launch_in("domain", "UTC", json!({})).await;
    let found = assign(&bench, units(&["ada@gmail.com", "acme.com", "10.0.0.1", "Acme Inc."])).await;
    for (place, text, reason) in [
        (0, "ada@gmail.com", "free e-mail"),
        (2, "10.0.0.1", "IP address"),
        (3, "Acme Inc.", "not a host name"),
    ] {
        let answer = &found["assignments"][place];
        let error = &answer["problem"]["errors"][0];
        assert_eq!((&answer["unit_id"], &error["pointer"]), (&json!(text), &json!("/unit_id")));
        assert!(error["detail"].as_str().unwrap().contains(reason), "{error}");
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn overrides_and_known_units_apply_to_every_spelling() {
    let bench = Bench::start().await;
    let forced = json!({ "overrides": { "https://www.Acme.com/": "control" } });
    bench.launch_in("domain", "UTC", forced).await;
    let found = assign(&bench, software("ada@acme.com")).await;
    assert_eq!((&found["reason"], &found["variant"]), (&json!("override"), &json!("control")));
    let known: Vec<Value> = (0..12).map(|n| json!({ "unit_id": format!("www.Unit-{n}.com") })).collect();
    let list = json!({ "test_id": "listed", "targeting": {}, "namespace": null, "overrides": {}, "segments": [],
                       "known_units": known });
    bench.launch_in("domain", "UTC", list).await;
    let event = with_test_id(bench.event("assign-variant", Role::Service).await, "listed");
    let body = json!({ "units": [{ "unit_id": "ada@unit-3.com" }, { "unit_id": "unit-99.com" }] });
    let found = bench.call(FUNCTION, with_body(event, &body)).await.body["assignments"].clone();
    assert_eq!((&found[0]["reason"], &found[1]["reason"]), (&json!("assigned"), &json!("not_listed")));
}

#[tokio::test]
async fn a_date_of_assignment_is_the_beginning_of_the_day_in_the_time_zone_of_the_test() {
    let bench = Bench::start().await;
    let external = json!({ "allocation": { "mode": "external" }, "namespace": null, "overrides": {} });
    let test = bench.launch_in("domain", "Europe/Berlin", external).await;
    let mut unit = software("www.acme.com");
    (unit["variant"], unit["assigned_at"]) = (json!("control"), json!("2026-11-20"));
    assert_eq!(assign(&bench, unit).await["reason"], "assigned");
    let id = UnitId::parse("acme.com").unwrap();
    let now = bench.app.clock.now();
    let stored = bench.app.store.events.remembered(&acme(), &test, &id, now).unwrap();
    assert_eq!(String::from(stored.assigned_at), "2026-11-19T23:00:00Z");
}
