//! Tests of listing users by pages.

use bellwether::auth::access::Role;
use bellwether::store::schema::{MEMBER_OF, MEMBERS};
use serde_json::{Value, json};
use testing::{Bench, as_payload_2, with_query};

use super::FUNCTION;

async fn pages(bench: &Bench, limit: &str) -> Vec<Value> {
    let event = bench.event("list-users", Role::Admin).await;
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let mut event = with_query(event.clone(), "limit", limit);
        if let Some(cursor) = next.as_str() {
            event = with_query(event, "next", cursor);
        }
        let response = bench.call(FUNCTION, as_payload_2(&event)).await;
        assert_eq!(response.status, 200, "{}", response.body);
        seen.extend(response.body["users"].as_array().unwrap().clone());
        next = response.body["next"].clone();
        if next.is_null() {
            return seen;
        }
    }
}

#[tokio::test]
async fn the_pages_list_each_user_of_the_workspace_once_and_no_client() {
    let bench = Bench::start().await;
    bench.found().await;
    for n in 0..6 {
        bench.join(&format!("p{n}@example.com"), Role::Viewer).await;
    }
    bench.client("CRM").await;
    let users = pages(&bench, "3").await;
    let names: Vec<&str> = users.iter().map(|user| user["email"].as_str().unwrap()).collect();
    let emails = (0..6).map(|n| format!("p{n}@example.com"));
    assert_eq!(names, ["ada@example.com".to_owned()].into_iter().chain(emails).collect::<Vec<_>>());
    assert_eq!((&users[0]["role"], &users[1]["revision"]), (&json!("admin"), &json!(1)));
    let foreign = bench.signed(bench.event("list-users", Role::Admin).await, Role::Admin, "globex").await;
    assert_eq!(bench.call(FUNCTION, foreign).await.body, json!({ "users": [], "next": null }));
}

#[tokio::test]
async fn a_list_cannot_read_a_hash_because_its_index_contains_none() {
    let bench = Bench::start().await;
    bench.found().await;
    bench.client("CRM").await;
    let query = bench.database().query().table_name("bench-identities").index_name(MEMBERS);
    let query =
        query.key_condition_expression("#key = :workspace").expression_attribute_names("#key", MEMBER_OF);
    let acme = bellwether::store::item::text_value("acme");
    let items = query.expression_attribute_values(":workspace", acme).send().await.unwrap().items.unwrap();
    assert_eq!(items.len(), 2, "a user and a client");
    for item in &items {
        let text = format!("{item:?}");
        assert!(
            !text.contains("hash") && !text.contains("argon2") && !item.contains_key("secrets"),
            "{text}"
        );
    }
    let (response, spent) = bench.metered(FUNCTION, bench.event("list-users", Role::Admin).await).await;
    assert_eq!((spent.calls, response.body["users"].as_array().unwrap().len()), (2, 1));
}

#[tokio::test]
async fn an_invalid_limit_or_cursor_is_reported() {
    let bench = Bench::start().await;
    let event = bench.event("list-users", Role::Admin).await;
    for (name, value) in [("limit", "0"), ("limit", "101"), ("next", "%%"), ("next", "QQ")] {
        let response = bench.call(FUNCTION, with_query(event.clone(), name, value)).await;
        let pointer = json!(format!("?{name}"));
        assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &pointer), "{value}");
    }
}

#[tokio::test]
async fn a_thousand_bad_tokens_cause_no_call_of_the_store_and_no_record() {
    let bench = Bench::start().await;
    let event = bench.event("list-users", Role::Admin).await;
    let before = bench.app.store.meter.read();
    for n in 0..1_000 {
        let mut forged = event.clone();
        let token = event["headers"]["authorization"].as_str().unwrap();
        let cut = token.len() - 1 - n % 80;
        forged["multiValueHeaders"]["authorization"] = json!([format!("{}{n}", &token[..cut])]);
        forged["headers"]["authorization"] = forged["multiValueHeaders"]["authorization"][0].clone();
        assert_eq!(bench.call(FUNCTION, forged).await.status, 401, "{n}");
    }
    assert_eq!((bench.app.store.meter.read() - before).calls, 0);
    assert!(bench.records().await.is_empty());
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    Bench::start().await.assert_refuses(FUNCTION, "list-users", Role::Analyst).await;
}

#[tokio::test]
async fn a_token_older_than_the_loss_of_the_right_lists_no_user() {
    let bench = Bench::start().await;
    bench.found().await;
    let event = bench.event("list-users", Role::Admin).await;
    bench.assert_ends_with_rights(FUNCTION, event, Role::Admin).await;
}

#[tokio::test]
async fn without_its_store_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "list-users").await;
}
