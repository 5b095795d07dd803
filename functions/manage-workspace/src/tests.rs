//! Tests of the settings of a workspace: their defaults, their limits, and concurrent changes.

use bellwether::auth::access::Role;
use bellwether::store::schema::TableName;
use serde_json::{Value, json};
use testing::{Answer, Bench, acme, with_body};

use super::FUNCTION;

async fn read(bench: &Bench, role: Role, workspace: &str) -> Answer {
    let mut event = bench.event("manage-workspace", role).await;
    event["httpMethod"] = json!("GET");
    event["requestContext"]["httpMethod"] = json!("GET");
    let event = bench.signed(event, role, workspace).await;
    bench.call(FUNCTION, event).await
}

async fn patch(bench: &Bench, body: Value) -> Answer {
    let event = with_body(bench.event("manage-workspace", Role::Admin).await, &body);
    bench.call(FUNCTION, event).await
}

fn settings(kind: &str, zone: &str, days: &Value, revision: u64) -> Value {
    json!({ "workspace": "acme", "unit_kind": kind, "time_zone": zone, "retention_days": days, "has_directory": false,
        "revision": revision })
}

#[tokio::test]
async fn a_workspace_has_default_settings_until_they_are_changed() {
    let bench = Bench::start().await;
    for role in [Role::Viewer, Role::Analyst, Role::Admin] {
        let answer = read(&bench, role, "acme").await;
        assert_eq!((answer.status, answer.body), (200, settings("verbatim", "UTC", &Value::Null, 0)));
    }
    let answer =
        patch(&bench, json!({ "revision": 0, "unit_kind": "domain", "time_zone": "europe/berlin" })).await;
    assert_eq!((answer.status, &answer.body), (200, &settings("domain", "Europe/Berlin", &Value::Null, 1)));
    let answer = patch(&bench, json!({ "revision": 1, "retention_days": 90 })).await;
    assert_eq!(answer.body, settings("domain", "Europe/Berlin", &json!(90), 2));
    assert_eq!(read(&bench, Role::Viewer, "acme").await.body, answer.body);
    let answer = patch(&bench, json!({ "revision": 2, "retention_days": 0 })).await;
    assert_eq!(answer.body, settings("domain", "Europe/Berlin", &Value::Null, 3));
    let other = read(&bench, Role::Admin, "globex").await.body;
    assert_eq!((&other["workspace"], &other["unit_kind"]), (&json!("globex"), &json!("verbatim")));
    assert_eq!(bench.items(TableName::Tests).await.len(), 1, "one item, in the workspace's own partition");
}

#[tokio::test]
async fn a_change_is_recorded_with_its_values_and_costs_a_read_and_a_transaction() {
    let bench = Bench::start().await;
    let event = bench.event("manage-workspace", Role::Admin).await;
    let (answer, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((answer.status, spent.calls), (200, 2));
    let records = bench.records().await;
    assert_eq!((&records[0]["action"], &records[0]["target"]), (&json!("workspace_changed"), &json!("acme")));
    let detail = "revision 1, unit_kind verbatim to domain, time_zone UTC to Europe/Berlin";
    assert_eq!((&records[0]["detail"], records.len()), (&json!(detail), 1));
    let (again, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!(
        (again.status, again.body, spent.calls),
        (200, answer.body, 2),
        "repeated, because a response was lost"
    );
    assert_eq!(bench.records().await.len(), 1);
}

#[tokio::test]
async fn of_two_changes_to_one_revision_one_succeeds() {
    let bench = Bench::start().await;
    let bodies =
        [json!({ "revision": 0, "unit_kind": "domain" }), json!({ "revision": 0, "unit_kind": "hubspot" })];
    let [one, other] = bodies.map(|body| patch(&bench, body));
    let (one, other) = tokio::join!(one, other);
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let late = patch(&bench, json!({ "revision": 0, "unit_kind": "salesforce" })).await;
    assert_eq!(late.status, 409);
    let detail =
        "The settings are at revision 1, this change is based on 0. Read the workspace again and retry.";
    assert_eq!(late.body["detail"], json!(detail));
}

#[tokio::test]
async fn a_value_out_of_range_is_rejected_by_its_field() {
    let bench = Bench::start().await;
    for (field, values) in [
        ("unit_kind", vec![json!("email"), json!("Domain"), json!(1)]),
        ("time_zone", vec![json!("CEST"), json!(""), json!("Berlin"), json!(1), json!("../../etc/passwd")]),
        ("retention_days", vec![json!(89), json!(3_651), json!(-1), json!(365.5), json!("365")]),
        ("revision", vec![json!(-1), json!("0"), Value::Null]),
        ("workspace", vec![json!("globex")]),
    ] {
        for value in values {
            let mut body = json!({ "revision": 0 });
            body[field] = value.clone();
            let answer = patch(&bench, body).await;
            let pointer = answer.body["errors"][0]["pointer"].clone();
            assert_eq!((answer.status, pointer), (422, json!(format!("/{field}"))), "{field} {value}");
        }
    }
}

#[tokio::test]
async fn only_admins_change_settings() {
    let bench = Bench::start().await;
    for role in [Role::Viewer, Role::Analyst, Role::Service] {
        let answer = bench.call(FUNCTION, bench.event("manage-workspace", role).await).await;
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (403, &json!("urn:bellwether:problem:insufficient_scope"))
        );
    }
    let records = bench.records().await;
    assert!(records.iter().all(|own| own["target"] == "PATCH /workspace" && own["outcome"] == "denied"));
    assert_eq!(read(&bench, Role::Service, "acme").await.status, 403);
}

#[tokio::test]
async fn an_instance_uses_settings_for_30_seconds_and_its_own_change_at_once() {
    let bench = Bench::start().await;
    let other = bench.cold().await;
    let kind = async |bench: &Bench| {
        let now = bench.app.clock.now();
        bench.app.store.workspaces.recent(&acme(), now).await.unwrap().unit_kind.as_str()
    };
    assert_eq!((kind(&bench).await, kind(&other).await), ("verbatim", "verbatim"));
    patch(&bench, json!({ "revision": 0, "unit_kind": "domain" })).await;
    assert_eq!((kind(&bench).await, kind(&other).await), ("domain", "verbatim"));
    bench.pass(31);
    assert_eq!(kind(&other).await, "domain");
}
