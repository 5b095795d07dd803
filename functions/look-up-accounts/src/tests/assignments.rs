//! Look-ups of assignments: every test and phase, reasons, pages, cost, and that nothing is written.

use bellwether::auth::access::Role;
use bellwether::store::schema::TableName;
use domain::experiment::{Assignment, Experiment, Unit, UnitId};
use domain::validation::typed;
use serde_json::{Value, json};
use testing::{Answer, Bench, acme, with_body};

use super::super::FUNCTION;

/// The event of `POST /accounts/assignments`.
async fn asking(bench: &Bench, role: Role, body: &Value) -> Value {
    let mut event = with_body(bench.event("look-up-accounts", role).await, body);
    for name in ["resource", "path"] {
        event[name] = json!("/accounts/assignments");
    }
    event["pathParameters"] = Value::Null;
    event["requestContext"]["resourcePath"] = json!("/accounts/assignments");
    event["requestContext"]["path"] = json!("/v1/accounts/assignments");
    event
}

async fn look_up(bench: &Bench, body: &Value) -> Answer {
    let event = asking(bench, Role::Viewer, body).await;
    let answer = bench.call(FUNCTION, event).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

fn software(unit_id: &str) -> Value {
    json!({ "unit_id": unit_id, "attributes": { "industry": "software", "employees": 900 } })
}

/// Stores the assignment of a unit to a variant in the current phase.
async fn assign(bench: &Bench, test: &Experiment, unit_id: &str, variant: usize) {
    let unit = Unit::parse(typed(software(unit_id)).unwrap(), test).unwrap();
    let (now, variant) = (bench.app.clock.now(), &test.definition.variants[variant]);
    let row = Assignment::of(test, &unit, variant, now).unwrap();
    let events = &bench.app.store.events;
    events.assign(&acme(), test, &UnitId::parse(unit_id).unwrap(), row, now).await.unwrap();
}

/// Everything that is stored.
async fn stored(bench: &Bench) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for table in TableName::ALL {
        all.push(bench.items(table).await);
    }
    all
}

#[tokio::test]
async fn the_assignments_of_every_phase_are_found_with_their_revision() {
    let bench = Bench::start().await;
    let first = bench.launch(json!({})).await;
    assign(&bench, &first, "acme.com", 1).await;
    bench.pass(60);
    let stopped = bench.change(&first, json!({ "revision": 2, "status": "stopped" })).await;
    bench.pass(36);
    let second =
        bench.change(&stopped, json!({ "revision": 3, "status": "running", "start": "restart" })).await;
    assign(&bench, &second, "acme.com", 0).await;
    let body =
        look_up(&bench, &json!({ "units": [software("acme.com"), software("globex.com")] })).await.body;
    let own = &body["accounts"][0]["tests"][0];
    assert_eq!(
        (&own["variant"], &own["reason"], &own["phase"]),
        (&json!("control"), &json!("assigned"), &json!(2))
    );
    let rows = own["assignments"].as_array().unwrap();
    let shown: Vec<_> = rows.iter().map(|row| (&row["phase"], &row["variant"], &row["revision"])).collect();
    assert_eq!(
        shown,
        [(&json!(2), &json!("control"), &json!(4)), (&json!(1), &json!("calculator"), &json!(2))]
    );
    assert_ne!(rows[0]["assigned_at"], rows[1]["assigned_at"]);
    let other = &body["accounts"][1]["tests"][0];
    assert_eq!(
        (&other["assignments"], &other["reason"]),
        (&json!([]), &json!("assigned")),
        "it would be assigned"
    );
}

#[tokio::test]
async fn the_reason_tells_why_an_account_gets_its_variant_or_none_now() {
    let bench = Bench::start().await;
    bench.launch(json!({ "test_id": "a-override", "overrides": { "acme.com": "calculator" } })).await;
    let overridden = bench.launch(json!({ "test_id": "b-covered", "coverage": 0 })).await;
    bench.launch(json!({ "test_id": "c-namespace", "namespace": { "key": "n", "range": [0, 1] } })).await;
    let paused = bench.launch(json!({ "test_id": "d-paused" })).await;
    bench.change(&paused, json!({ "revision": 2, "status": "paused" })).await;
    let shipped = bench.launch(json!({ "test_id": "e-shipped" })).await;
    bench.change(&shipped, json!({ "revision": 2, "status": "shipped", "winner": "calculator" })).await;
    bench.change(&overridden, json!({ "revision": 2, "name": "Renamed" })).await;
    let reasons = async |unit: Value| -> Vec<Value> {
        let body = look_up(&bench, &json!({ "units": [unit] })).await.body;
        body["accounts"][0]["tests"].as_array().unwrap().iter().map(|own| own["reason"].clone()).collect()
    };
    assert_eq!(
        reasons(software("acme.com")).await,
        ["override", "not_covered", "excluded", "not_running", "shipped"]
    );
    let farm = json!({ "unit_id": "globex.com", "attributes": { "industry": "farming" } });
    assert_eq!(
        reasons(farm).await,
        ["not_targeted", "not_targeted", "not_targeted", "not_running", "not_targeted"]
    );
    let bare = json!({ "unit_id": "globex.com" });
    let unknown = "attributes_required";
    assert_eq!(reasons(bare).await, [unknown, unknown, unknown, "not_running", unknown]);
}

#[tokio::test]
async fn a_look_up_of_100_accounts_in_20_tests_makes_21_calls_and_writes_nothing() {
    let bench = Bench::start().await;
    for number in 0..20 {
        let test = bench.launch(json!({ "test_id": format!("test-{number:02}") })).await;
        assign(&bench, &test, "unit-0", 0).await;
    }
    let units: Vec<Value> = (0..100).map(|n| software(&format!("unit-{n}"))).collect();
    let event = asking(&bench, Role::Analyst, &json!({ "units": units })).await;
    let before = stored(&bench).await;
    let (answer, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!(
        (answer.status, spent.calls),
        (200, 21),
        "a query of the tests, and 2,000 keys in calls of 100"
    );
    assert_eq!(stored(&bench).await, before, "nothing is written");
    assert_eq!(answer.body["accounts"].as_array().unwrap().len(), 100);
    assert_eq!(answer.body["accounts"][0]["tests"].as_array().unwrap().len(), 20);
    assert_eq!(answer.body["next"], Value::Null);
}

#[tokio::test]
async fn pages_contain_every_started_test_once() {
    let bench = Bench::start().await;
    for number in 0..30 {
        bench.launch(json!({ "test_id": format!("test-{number:02}") })).await;
    }
    let (mut after, mut names, mut pages) = (Value::Null, Vec::new(), 0);
    loop {
        let units: Vec<Value> = (0..90).map(|n| json!({ "unit_id": format!("u{n}") })).collect();
        let body = look_up(&bench, &json!({ "units": units, "after": after })).await.body;
        let tests = body["accounts"][0]["tests"].as_array().unwrap().clone();
        names.extend(tests.iter().map(|own| own["test_id"].as_str().unwrap().to_owned()));
        (after, pages) = (body["next"].clone(), pages + 1);
        if after.is_null() {
            break;
        }
    }
    assert_eq!((names.len(), pages), (30, 2), "2,000 rows hold 22 tests of 90 accounts");
    assert!(names.is_sorted());
}

#[tokio::test]
async fn an_invalid_account_fails_in_its_place_and_another_workspace_sees_nothing() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    assign(&bench, &test, "acme.com", 0).await;
    let units =
        json!([{ "unit_id": "a\tb" }, { "unit_id": "acme.com" }, { "unit_id": "x", "variant": "control" }]);
    let body = look_up(&bench, &json!({ "units": units })).await.body;
    assert_eq!(body["accounts"][0]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(body["accounts"][1]["tests"][0]["variant"], "control");
    assert_eq!(body["accounts"][2]["problem"]["errors"][0]["pointer"], "/variant");
    let event = asking(&bench, Role::Viewer, &json!({ "units": [{ "unit_id": "acme.com" }] })).await;
    let foreign = bench.signed(event, Role::Admin, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.body["accounts"][0]["tests"], json!([]));
}

#[tokio::test]
async fn a_request_without_accounts_or_with_an_unknown_field_is_refused() {
    let bench = Bench::start().await;
    let event = asking(&bench, Role::Viewer, &json!({})).await;
    for (body, pointer) in [
        (json!({}), "/units"),
        (json!({ "units": [] }), "/units"),
        (json!({ "unit_id": "acme.com" }), "/units"),
        (json!({ "units": [{ "unit_id": "a" }], "after": "A b" }), "/after"),
        (json!({ "units": [{ "unit_id": "a" }], "surprise": 1 }), "/surprise"),
    ] {
        let answer = bench.call(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{body}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    let bench = Bench::start().await;
    let event = asking(&bench, Role::Service, &json!({ "units": [{ "unit_id": "acme.com" }] })).await;
    let event = bench.narrowed(event, "assignments:write").await;
    assert_eq!(bench.call(FUNCTION, event).await.status, 403);
}
