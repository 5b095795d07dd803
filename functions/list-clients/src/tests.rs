//! Tests of listing API clients by pages.

use bellwether::auth::access::Role;
use bellwether::auth::clients::Client;
use serde_json::{Value, json};
use testing::{Bench, as_payload_2, with_query};

use super::FUNCTION;

#[tokio::test]
async fn the_pages_list_each_client_of_the_workspace_once_without_secrets() {
    let bench = Bench::start().await;
    bench.found().await;
    let mut added = Vec::new();
    for n in 0..5 {
        added.push(bench.client(&format!("client {n}")).await.0);
    }
    added.sort_by_key(|client| client.client_id.to_string());
    let event = bench.event("list-clients", Role::Admin).await;
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let mut event = with_query(event.clone(), "limit", "2");
        if let Some(cursor) = next.as_str() {
            event = with_query(event, "next", cursor);
        }
        let (response, spent) = bench.metered(FUNCTION, as_payload_2(&event)).await;
        assert_eq!((response.status, spent.calls), (200, 2), "{}", response.body);
        assert!(!response.body.to_string().contains("hash"), "{}", response.body);
        seen.extend(response.body["clients"].as_array().unwrap().clone());
        next = response.body["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(json!(seen), json!(added.iter().map(Client::view).collect::<Vec<_>>()));
    assert_eq!(seen[0]["secrets"][0].as_object().unwrap().len(), 2, "a name and a time");
    let foreign = bench.signed(event, Role::Admin, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.body, json!({ "clients": [], "next": null }));
}

#[tokio::test]
async fn an_invalid_limit_or_cursor_is_reported() {
    let bench = Bench::start().await;
    let event = bench.event("list-clients", Role::Admin).await;
    for (name, value) in [("limit", "x"), ("limit", "101"), ("next", "%%"), ("next", "QQ")] {
        let response = bench.call(FUNCTION, with_query(event.clone(), name, value)).await;
        let pointer = json!(format!("?{name}"));
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &pointer), "{value}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "list-clients", Role::Service).await;
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_lists_no_client() {
    let bench = Bench::start().await;
    bench.client("CRM").await;
    let event = bench.event("list-clients", Role::Admin).await;
    bench.assert_ends_with_rights(FUNCTION, event, Role::Admin).await;
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "list-clients").await;
}
