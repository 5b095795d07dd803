//! Tests of adding API clients: the scopes that they can have, and the secret that is shown once.

use bellwether::auth::access::Role;
use bellwether::auth::clients::ClientId;
use bellwether::store::schema::TableName;
use futures_util::future::join_all;
use screen::Screen;
use serde_json::{Value, json};
use testing::{Bench, as_payload_2, with_body};

use super::FUNCTION;

#[tokio::test]
async fn a_client_is_stored_with_its_record_and_its_secret_is_shown_but_not_stored() {
    let bench = Bench::start().await;
    let event = bench.event("create-client", Role::Admin).await;
    let (response, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((response.status, spent.calls), (201, 1), "{}", response.body);
    let secret = response.body["client_secret"].as_str().unwrap();
    let id = ClientId::parse(response.body["client_id"].as_str().unwrap()).unwrap();
    let stored = bench.app.store.clients.client(&id).await.unwrap().unwrap();
    assert!(stored.admits(&secret.to_owned().into()), "the secret is right");
    assert_eq!(response.body["secret_id"], response.body["secrets"][0]["secret_id"]);
    assert_eq!(response.body["scopes"], json!(["assignments:write", "conversions:write"]));
    for table in [TableName::Identities, TableName::Audit] {
        let items = json!(bench.items(table).await).to_string();
        assert!(!items.contains(secret), "{items}");
    }
    let record = bench.records().await.remove(0);
    assert_eq!(
        (&record["action"], &record["target"]),
        (&json!("client_created"), &response.body["client_id"])
    );
    assert_eq!(record["detail"], "assignments:write conversions:write");
    let another = bench.call(FUNCTION, as_payload_2(&event)).await;
    assert_eq!(another.status, 201);
    assert_ne!(another.body["client_secret"], response.body["client_secret"]);
}

#[tokio::test]
async fn a_name_is_screened_and_stored_in_nfc() {
    let mut bench = Bench::start().await;
    let event = bench.event("create-client", Role::Admin).await;
    let named = |name: &str| with_body(event.clone(), &json!({ "name": name, "scopes": ["metrics:read"] }));
    let stored = bench.call(FUNCTION, named("Mu\u{308}ller \u{1f469}\u{200d}\u{1f4bb} CRM")).await;
    assert_eq!(
        (stored.status, &stored.body["name"]),
        (201, &json!("M\u{fc}ller \u{1f469}\u{200d}\u{1f4bb} CRM"))
    );
    let hidden =
        ["\u{200b}", "\u{202e}", "\u{2066}", "\u{e0041}\u{e0042}", "\u{2060}", "\u{ad}", "\u{fe0f}\u{fe0f}"];
    for hidden in hidden {
        let response = bench.call(FUNCTION, named(&format!("CR{hidden}M"))).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!("/name")),
            "{hidden:?}"
        );
    }
    bench.app.screen = Screen::Strip;
    let stripped = bench.call(FUNCTION, named("C\u{202e}R\u{200b}M")).await;
    assert_eq!((stripped.status, &stripped.body["name"]), (201, &json!("CRM")));
}

#[tokio::test]
async fn a_scope_that_no_client_can_have_is_rejected_by_name() {
    let bench = Bench::start().await;
    let event = bench.event("create-client", Role::Admin).await;
    let body = |name: Value, scopes: Value| json!({ "name": name, "scopes": scopes });
    let fits = json!(["metrics:read"]);
    for (body, pointer) in [
        (body(json!("CRM"), json!(["tests:read"])), "/scopes/0"),
        (body(json!("CRM"), json!(["metrics:read", "users:write"])), "/scopes/1"),
        (body(json!("CRM"), json!(["metrics:read", "*"])), "/scopes/1"),
        (body(json!("CRM"), json!(["metrics:read", "metrics:read"])), "/scopes/1"),
        (body(json!("CRM"), json!([])), "/scopes"),
        (body(json!("CRM"), json!("metrics:read")), "/scopes"),
        (body(json!(""), fits.clone()), "/name"),
        (body(json!("a\r\nb"), fits.clone()), "/name"),
        (json!({ "name": "CRM", "scopes": fits, "client_id": "c_1" }), "/client_id"),
    ] {
        let (response, spent) = bench.metered(FUNCTION, with_body(event.clone(), &body)).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{body}"
        );
        assert_eq!(spent.calls, 0);
    }
    let response = bench.call(FUNCTION, with_body(event, &body(json!("CRM"), json!(["users:write"])))).await;
    let detail = response.body["errors"][0]["detail"].as_str().unwrap();
    assert_eq!(
        detail,
        "users:write is not for clients; they may have assignments:read, assignments:write, conversions:read, conversions:write, metrics:read, accounts:read, accounts:write"
    );
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "create-client", Role::Analyst).await;
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_adds_no_client() {
    let bench = Bench::start().await;
    let event = bench.event("create-client", Role::Admin).await;
    bench.assert_ends_with_rights(FUNCTION, event, Role::Admin).await;
}

#[tokio::test]
async fn concurrent_requests_cannot_exceed_the_quota_of_clients() {
    let mut config = Bench::config();
    config.limits.quotas.clients = 3;
    let bench = Bench::start_with(&config).await;
    let event = bench.event("create-client", Role::Admin).await;
    let numbered = |n: usize| {
        with_body(event.clone(), &json!({ "name": format!("CRM {n}"), "scopes": ["metrics:read"] }))
    };
    let calls = join_all((0..8).map(|n| bench.call(FUNCTION, numbered(n)))).await;
    let mut statuses: Vec<u16> = calls.iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409, 409, 409, 409]);
    let full = bench.call(FUNCTION, numbered(9)).await;
    let detail = full.body["detail"].as_str().unwrap();
    assert!(
        full.status == 409 && detail.contains("quota of 3 clients") && detail.contains("QUOTA_CLIENTS"),
        "{detail}"
    );
    assert_eq!(bench.records().await.len(), 3, "a rejected change is not recorded");
    let foreign = bench.signed(numbered(9), Role::Admin, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.status, 201, "each workspace has its own quota");
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "create-client").await;
}
