//! Tests of changing API clients: at most two active secrets, retired secrets, and concurrent changes.

use bellwether::auth::access::Role;
use bellwether::auth::clients::Client;
use secrecy::SecretString;
use serde_json::{Value, json};
use testing::{Answer, Bench, as_payload_2, with_body, with_parameter};

use super::FUNCTION;

async fn patch(bench: &Bench, client: &Client, body: Value) -> Answer {
    let event = with_body(bench.event("update-client", Role::Admin).await, &body);
    bench.call(FUNCTION, with_parameter(event, "client_id", &client.client_id.to_string())).await
}

async fn admits(bench: &Bench, client: &Client, secret: &SecretString) -> bool {
    bench.app.store.clients.client(&client.client_id).await.unwrap().unwrap().admits(secret)
}

#[tokio::test]
async fn a_secret_is_replaced_while_another_secret_is_valid() {
    let bench = Bench::start().await;
    let (client, first) = bench.client("CRM").await;
    let added = patch(&bench, &client, json!({ "revision": 1, "add_secret": true })).await;
    assert_eq!((added.status, &added.body["revision"]), (200, &json!(2)), "{}", added.body);
    let second = SecretString::from(added.body["client_secret"].as_str().unwrap());
    assert!(admits(&bench, &client, &first).await && admits(&bench, &client, &second).await);
    let third = patch(&bench, &client, json!({ "revision": 2, "add_secret": true })).await;
    assert_eq!(third.status, 409, "at most two active secrets");
    let again = patch(&bench, &client, json!({ "revision": 1, "add_secret": true })).await;
    assert_eq!(again.status, 409, "a secret is shown once");
    let old = &client.secrets[0].secret_id;
    bench.pass(1);
    let retired = patch(&bench, &client, json!({ "revision": 2, "retire_secret": old })).await;
    assert_eq!((retired.status, retired.body.get("client_secret")), (200, None), "{}", retired.body);
    assert!(!admits(&bench, &client, &first).await && admits(&bench, &client, &second).await);
    assert_eq!(retired.body["secrets"].as_array().unwrap().len(), 1);
    let repeated = patch(&bench, &client, json!({ "revision": 2, "retire_secret": old })).await;
    assert_eq!((repeated.status, &repeated.body), (200, &retired.body));
    let unknown = patch(&bench, &client, json!({ "revision": 3, "retire_secret": "00000000" })).await;
    assert_eq!(unknown.status, 409);
    let records = bench.records().await;
    let details: Vec<_> = records.iter().map(|record| record["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["revision 2: secrets", "revision 3: secrets"]);
}

#[tokio::test]
async fn a_new_name_is_screened_and_stored_in_nfc() {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    for hidden in ["\u{200b}", "\u{202e}", "\u{e0041}"] {
        let response = patch(&bench, &client, json!({ "revision": 1, "name": format!("CR{hidden}M") })).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["pointer"]),
            (422, &json!("/name")),
            "{hidden:?}"
        );
    }
    let renamed = patch(&bench, &client, json!({ "revision": 1, "name": "Mu\u{308}ller" })).await;
    assert_eq!((renamed.status, &renamed.body["name"]), (200, &json!("M\u{fc}ller")));
}

#[tokio::test]
async fn a_client_is_renamed_granted_other_scopes_and_disabled() {
    let bench = Bench::start().await;
    let (client, secret) = bench.client("CRM").await;
    let change = json!({ "revision": 1, "name": "Sales CRM", "scopes": ["metrics:read"], "disabled": true });
    let event = with_body(bench.event("update-client", Role::Admin).await, &change);
    let event = as_payload_2(&with_parameter(event, "client_id", &client.client_id.to_string()));
    let (response, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!((response.status, spent.calls), (200, 3), "{}", response.body);
    assert_eq!((&response.body["name"], &response.body["disabled"]), (&json!("Sales CRM"), &json!(true)));
    assert_eq!(response.body["scopes"], json!(["metrics:read"]));
    assert!(!admits(&bench, &client, &secret).await);
    let (again, spent) = bench.metered(FUNCTION, event).await;
    assert_eq!((&again.body, spent.calls), (&response.body, 2));
    let records = bench.records().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(record["detail"], "revision 2: name, scopes, disabled");
    assert_eq!((&record["action"], &record["target"]), (&json!("client_changed"), &json!(client.client_id)));
}

#[tokio::test]
async fn of_two_changes_to_the_same_revision_one_succeeds() {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    let other = bench.cold().await;
    let add = json!({ "revision": 1, "add_secret": true });
    let (a, b) = tokio::join!(patch(&bench, &client, add.clone()), patch(&other, &client, add));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let stored = bench.app.store.clients.client(&client.client_id).await.unwrap().unwrap();
    assert_eq!(stored.secrets.len(), 2);
}

#[tokio::test]
async fn invalid_fields_are_reported() {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    for (body, pointer) in [
        (json!({ "name": "x" }), "/revision"),
        (json!({ "revision": 0, "name": "CRM" }), "/revision"),
        (json!({ "revision": 1, "name": "" }), "/name"),
        (json!({ "revision": 1, "scopes": [] }), "/scopes"),
        (json!({ "revision": 1, "scopes": ["results:read"] }), "/scopes/0"),
        (json!({ "revision": 1, "secrets": [] }), "/secrets"),
        (json!({ "revision": 1, "workspace": "globex" }), "/workspace"),
    ] {
        let response = patch(&bench, &client, body).await;
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

#[tokio::test]
async fn a_token_without_the_scope_or_of_another_workspace_is_rejected() {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    bench.assert_refuses(FUNCTION, "update-client", Role::Analyst).await;
    let event = bench.event("update-client", Role::Admin).await;
    let own = with_parameter(event.clone(), "client_id", &client.client_id.to_string());
    let foreign = bench.signed(own, Role::Admin, "globex").await;
    for event in [foreign, event.clone(), with_parameter(event, "client_id", "nobody")] {
        assert_eq!(bench.call(FUNCTION, event).await.status, 404);
    }
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_changes_no_client() {
    let bench = Bench::start().await;
    let (client, _) = bench.client("CRM").await;
    let event = bench.event("update-client", Role::Admin).await;
    bench
        .assert_ends_with_rights(
            FUNCTION,
            {
                let event = with_body(event, &json!({ "revision": 1, "disabled": true }));
                with_parameter(event, "client_id", &client.client_id.to_string())
            },
            Role::Admin,
        )
        .await;
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "update-client").await;
}
