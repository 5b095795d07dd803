//! Tests that names and texts of callers are data: in keys and expressions of DynamoDB they are always
//! bound values, and they are returned unchanged as JSON.

mod names;

use bellwether::auth::access::Role;
use bellwether::store::key::EventKey;
use names::{FIXED, is_taken, names};
use serde_json::{Value, json};
use testing::caller::{launch, path, results, rows};
use testing::cloud::Cloud;
use testing::fleet::Fleet;

/// The number of units in a request.
const BATCH: usize = 20;
fn sample() -> Value {
    let event = testing::fleet::sample("create-test");
    serde_json::from_str(event["body"].as_str().unwrap()).unwrap()
}

/// Repeats a request until no item of the response asks for a retry, which happens on a slow machine.
async fn ask(cloud: &Cloud, fleet: &mut Fleet, function: &str, part: &str, body: &Value) -> Vec<Value> {
    let event = cloud.event("POST", &path("hostile", part), Some("hostile"), Role::Admin, body);
    for _ in 0..20 {
        let answer = fleet.ask(function, event.clone()).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let items = answer.json()[part].as_array().cloned().unwrap_or_default();
        let again = |item: &Value| item["problem"]["status"] == 503;
        if answer.status != 503 && !items.iter().any(again) {
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{answer:?}");
            return items;
        }
    }
    panic!("{function} asks for a retry every time");
}

#[tokio::test(flavor = "multi_thread")]
async fn units_with_hostile_ids_stay_distinct_and_are_counted() {
    let cloud = Cloud::start().await;
    let mut test = sample();
    (test["test_id"], test["targeting"]) = (json!("hostile"), json!({}));
    launch(&cloud, &cloud.dynamodb, &test).await;
    let names = names();
    let first = assigned(&cloud, &names, true).await;
    // Another process reads the table and not the first one's cache.
    let again = assigned(&cloud, &names, false).await;
    assert_eq!(first, again, "a unit got another variant");
    let mut fleet = Fleet::new(&cloud, &[]);
    for part in names.chunks(BATCH) {
        let event = |name: &String| json!({ "unit_id": name, "goal": "demo-booked", "event_id": "e" });
        let events: Vec<Value> = part.iter().map(event).collect();
        let response =
            ask(&cloud, &mut fleet, "record-conversion", "conversions", &json!({ "events": events })).await;
        assert!(response.iter().all(|event| event["duplicate"].is_boolean()), "{response:?}");
    }
    assert_stored(&cloud, &names).await;
    let results = results(&cloud, &cloud.dynamodb, "hostile").await;
    let counted: u64 = results["units"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(counted, names.len() as u64, "{results}");
    let arms = results["goals"][0]["arms"].as_array().unwrap();
    let converted: u64 = arms.iter().map(|arm| arm["converted"].as_u64().unwrap()).sum();
    assert_eq!(converted, names.len() as u64, "{results}");
}

/// Returns the units' variants, from a new process.
async fn assigned(cloud: &Cloud, names: &[String], first: bool) -> Vec<Value> {
    let mut fleet = Fleet::new(cloud, &[]);
    let mut variants = Vec::new();
    for part in names.chunks(BATCH) {
        let units: Vec<Value> = part.iter().map(|name| json!({ "unit_id": name })).collect();
        let response =
            ask(cloud, &mut fleet, "assign-variant", "assignments", &json!({ "units": units })).await;
        for (unit, name) in response.iter().zip(part) {
            assert_eq!(unit["unit_id"], json!(name), "{unit}");
            assert!(first || unit["new"] == false, "{unit}");
            variants.push(unit["variant"].clone());
        }
    }
    assert_eq!(variants.len(), names.len());
    variants
}

/// Checks that each unit has its two rows, in partitions of its own test, and that there are no other rows.
async fn assert_stored(cloud: &Cloud, names: &[String]) {
    let mut units = Vec::new();
    for (pk, sk, _) in rows(cloud).await {
        assert!(pk.starts_with("acme/hostile/"), "{pk}");
        match EventKey::read(&sk) {
            Some(EventKey::Assignment(unit, 1) | EventKey::Conversion(unit, ..)) => {
                units.push(unit.as_str().to_owned());
            }
            other => panic!("{sk}: {other:?}"),
        }
    }
    units.sort();
    let twice: Vec<String> = names.iter().flat_map(|name| [name.clone(), name.clone()]).collect();
    assert_eq!(units, twice);
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_texts_are_returned_unchanged_as_json() {
    let cloud = Cloud::start().await;
    let mut fleet = Fleet::new(&cloud, &[]);
    for (number, text) in FIXED.iter().filter(|text| is_taken(text)).enumerate() {
        let test_id = format!("t-{number}");
        let mut test = sample();
        (test["test_id"], test["name"], test["hypothesis"]) = (json!(test_id), json!(text), json!(text));
        test["variants"][1]["parameters"] = json!({ *text: text, "list": [text] });
        test["segments"] = json!([text]);
        test["overrides"] = json!({ *text: "calculator" });
        test["targeting"] = json!({ "industry": { "$in": [text] } });
        let created = fleet.ask("create-test", cloud.event("POST", "/tests", None, Role::Admin, &test)).await;
        assert_eq!(created.status, 201, "{text}: {created:?}");
        let event =
            cloud.event("GET", &format!("/tests/{test_id}"), Some(&test_id), Role::Viewer, &Value::Null);
        let read = fleet.ask("get-test", event).await;
        assert_eq!(read.header("content-type"), "application/json; charset=utf-8");
        for field in ["name", "hypothesis", "segments", "overrides", "targeting"] {
            assert_eq!(read.json()[field], test[field], "{text}");
        }
        assert_eq!(read.json()["variants"][1]["parameters"], test["variants"][1]["parameters"]);
    }
}
