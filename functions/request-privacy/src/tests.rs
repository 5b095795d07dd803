use bellwether::auth::access::Role;
use bellwether::store::schema::TableName;
use domain::experiment::{Assignment, Entry, Experiment, Unit};
use serde_json::{Value, json};
use testing::{Answer, Bench, acme, with_body, with_query};

use super::FUNCTION;

async fn ask(bench: &Bench, body: Value) -> Answer {
    let event = bench.event("request-privacy", Role::Admin).await;
    bench.call(FUNCTION, with_body(event, &body)).await
}

/// The event of a request for one privacy request.
async fn reading(bench: &Bench, id: &str, workspace: &str) -> Value {
    let mut event: Value =
        serde_json::from_str(include_str!("../../../events/request-privacy.json")).unwrap();
    event["httpMethod"] = json!("GET");
    event["requestContext"]["httpMethod"] = json!("GET");
    event["resource"] = json!("/privacy/requests/{request_id}");
    event["requestContext"]["resourcePath"] = json!("/privacy/requests/{request_id}");
    event["path"] = json!(format!("/privacy/requests/{id}"));
    event["requestContext"]["path"] = json!(format!("/v1/privacy/requests/{id}"));
    event["body"] = Value::Null;
    event["pathParameters"] = json!({ "request_id": id });
    bench.signed(event, Role::Admin, workspace).await
}

async fn read(bench: &Bench, id: &str) -> Answer {
    bench.call(FUNCTION, reading(bench, id, "acme").await).await
}

async fn record(bench: &Bench, test: &Experiment, unit: &str, outcomes: usize) {
    let (events, now) = (&bench.app.store.events, bench.app.clock.now());
    let parsed = Unit::parse(serde_json::from_value(json!({ "unit_id": unit })).unwrap(), test).unwrap();
    let first = Assignment::of(test, &parsed, &test.definition.variants[0], now).unwrap();
    events.assign(&acme(), test, &parsed.id, first, now).await.unwrap();
    for n in 0..outcomes {
        let body = json!({ "unit_id": unit, "goal": "demo-booked", "event_id": format!("e-{n:04}") });
        let entry = Entry::parse(serde_json::from_value(body).unwrap(), test, now).unwrap();
        events.convert(&acme(), test, &entry, now).await.unwrap();
    }
}

fn erasure(units: &[&str]) -> Value {
    json!({ "type": "erasure", "units": units, "reason": "Ticket 4711" })
}

#[tokio::test]
async fn an_erasure_is_stored_once_with_a_record_that_names_no_account() {
    let bench = Bench::start().await;
    let first = ask(&bench, erasure(&["acme.com", "beta.com"])).await;
    let again = ask(&bench, erasure(&["beta.com", "acme.com", "beta.com"])).await;
    assert_eq!((first.status, &first.body), (202, &again.body));
    assert_eq!((&first.body["state"], &first.body["receipt"]), (&json!("pending"), &Value::Null));
    let records = bench.records().await;
    assert_eq!(records.len(), 1);
    let text = records[0].to_string();
    assert!(!text.contains("acme.com") && text.contains(first.body["pseudonyms"][0].as_str().unwrap()));
    let stored = read(&bench, first.body["request_id"].as_str().unwrap()).await;
    assert_eq!((stored.status, &stored.body), (200, &first.body));
}

#[tokio::test]
async fn an_erased_account_is_suppressed_by_every_kind_of_account_that_it_is() {
    let bench = Bench::start().await;
    ask(&bench, erasure(&["https://www.Acme.com/"])).await;
    let now = bench.app.clock.now();
    let suppression = bench.app.suppression(&acme(), now).await.unwrap();
    let covers = |kind: &str, unit: &str| {
        let kind = serde_json::from_value(json!(kind)).unwrap();
        suppression.covers(kind, &domain::experiment::UnitId::parse(unit).unwrap())
    };
    assert!(covers("domain", "acme.com") && covers("verbatim", "https://www.Acme.com/"));
    assert!(!covers("verbatim", "acme.com") && !covers("domain", "beta.com"));
    let other = domain::experiment::Workspace::parse("other").unwrap();
    let elsewhere = bench.app.suppression(&other, now).await.unwrap();
    assert!(!elsewhere.covers(
        serde_json::from_value(json!("domain")).unwrap(),
        &"acme.com".to_owned().try_into().unwrap()
    ));
}

#[tokio::test]
async fn access_returns_everything_about_the_account_and_nothing_about_others() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "overrides": { "acme.com": "calculator" }, "namespace": null })).await;
    let other = bench.launch(json!({ "test_id": "mail", "namespace": null })).await;
    record(&bench, &test, "acme.com", 1).await;
    record(&bench, &test, "acme.com.au", 1).await;
    record(&bench, &other, "acme.com", 0).await;
    let body = json!({ "type": "access", "units": ["acme.com"], "reason": "Ticket 4711" });
    let stored = ask(&bench, body).await;
    assert_eq!(stored.body["state"], "done");
    let answer = read(&bench, stored.body["request_id"].as_str().unwrap()).await;
    let data = answer.body["data"].as_array().unwrap();
    let found: Vec<_> =
        data.iter().map(|own| (own["table"].as_str().unwrap(), own["test_id"].as_str().unwrap())).collect();
    let test = test.definition.test_id.as_str();
    assert_eq!(found, [("events", "mail"), ("tests", test), ("events", test), ("events", test)]);
    assert_eq!(
        (&answer.body["next"], answer.body.to_string().contains("acme.com.au")),
        (&Value::Null, false)
    );
}

#[tokio::test]
async fn the_pages_of_an_access_request_contain_every_row_once_and_no_cursor_names_an_account() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({ "namespace": null })).await;
    record(&bench, &test, "acme.com", 1_100).await;
    record(&bench, &test, "beta.com", 3).await;
    let body = json!({ "type": "access", "units": ["beta.com", "acme.com"], "reason": "Ticket 4711" });
    let id = ask(&bench, body).await.body["request_id"].as_str().unwrap().to_owned();
    let (mut keys, mut next, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let mut event = reading(&bench, &id, "acme").await;
        if let Some(next) = &next {
            assert!(!next.contains("YWNtZ") && next.len() < 200, "{next}");
            event = with_query(event, "next", next);
        }
        let page = bench.call(FUNCTION, event).await;
        let data = page.body["data"].as_array().unwrap().clone();
        keys.extend(data.iter().map(|own| own["item"]["sk"].as_str().unwrap().to_owned()));
        pages += 1;
        next = page.body["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!((pages, keys.len(), distinct.len()), (3, 1_105, 1_105));
}

#[tokio::test]
async fn an_access_request_expires_after_30_days() {
    let bench = Bench::start().await;
    let body = json!({ "type": "access", "units": ["acme.com"], "reason": "Ticket 4711" });
    let id = ask(&bench, body).await.body["request_id"].as_str().unwrap().to_owned();
    bench.pass(30 * 86_400 - 1);
    assert_eq!(read(&bench, &id).await.status, 200);
    bench.pass(1);
    assert_eq!(read(&bench, &id).await.status, 404);
}

#[tokio::test]
async fn another_workspace_finds_no_request_and_only_admins_may_ask() {
    let bench = Bench::start().await;
    let id = ask(&bench, erasure(&["acme.com"])).await.body["request_id"].as_str().unwrap().to_owned();
    let event = reading(&bench, &id, "other").await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    assert_eq!(read(&bench, "0".repeat(32).as_str()).await.status, 404);
    for role in [Role::Analyst, Role::Viewer, Role::Service] {
        Bench::start().await.assert_refuses(FUNCTION, "request-privacy", role).await;
    }
}

#[tokio::test]
async fn a_reason_with_an_id_and_an_empty_list_are_refused_and_nothing_is_stored() {
    let bench = Bench::start().await;
    for (body, pointer) in [
        (json!({ "type": "erasure", "units": ["acme.com"], "reason": "Acme.com asked" }), "/reason"),
        (json!({ "type": "erasure", "units": [], "reason": "r" }), "/units"),
        (json!({ "type": "reapply", "units": ["acme.com"], "reason": "r" }), "/units"),
    ] {
        let answer = ask(&bench, body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    assert_eq!(bench.items(TableName::Privacy).await.len(), 0);
}

#[tokio::test]
async fn the_keys_of_receipts_are_returned_to_admins() {
    let bench = Bench::start().await;
    bench.app.store.privacy.publish_key("k", r#"{ "kid": "k" }"#).await.unwrap();
    let mut event: Value =
        serde_json::from_str(include_str!("../../../events/request-privacy.json")).unwrap();
    event["httpMethod"] = json!("GET");
    event["requestContext"]["httpMethod"] = json!("GET");
    event["resource"] = json!("/privacy/keys");
    event["path"] = json!("/privacy/keys");
    event["requestContext"]["resourcePath"] = json!("/privacy/keys");
    event["requestContext"]["path"] = json!("/v1/privacy/keys");
    event["body"] = Value::Null;
    let event = bench.signed(event, Role::Admin, "acme").await;
    let answer = bench.call(FUNCTION, event).await;
    assert_eq!((answer.status, &answer.body), (200, &json!({ "keys": [{ "kid": "k" }] })));
}
