//! Tests of look-ups, lists and counts.

use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::{Answer, Bench, at, with_body, with_query};

use crate::FUNCTION;

/// A bench with these accounts.
async fn with_accounts(accounts: &[Value]) -> Bench {
    let bench = Bench::start().await;
    for account in accounts {
        bench.account(account.clone()).await;
    }
    bench
}

/// The sample event with the path of an operation.
async fn event(bench: &Bench, operation: &str, role: Role) -> Value {
    let sample = bench.event("look-up-accounts", role).await;
    match operation {
        "look-up-accounts-count" => at(sample, "POST", "/accounts/count"),
        "look-up-accounts-list" => at(sample, "GET", "/accounts"),
        _ => at(sample, "POST", "/accounts/lookup"),
    }
}

async fn ask(bench: &Bench, operation: &str, body: &Value) -> Answer {
    let event = event(bench, operation, Role::Analyst).await;
    bench.call(FUNCTION, with_body(event, body)).await
}

async fn list(bench: &Bench, limit: &str, next: Option<&str>) -> Value {
    let mut event = with_query(event(bench, "look-up-accounts-list", Role::Analyst).await, "limit", limit);
    if let Some(next) = next {
        event = with_query(event, "next", next);
    }
    let answer = bench.call(FUNCTION, event).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn any_name_finds_the_account_and_an_unknown_one_finds_none() {
    let acme =
        json!({ "unit_id": "acme.com", "aliases": ["0015"], "attributes": { "size": 7 }, "covariate": 2 });
    let bench = with_accounts(&[acme]).await;
    let names = json!({ "units": [{ "unit_id": "0015" }, { "unit_id": "acme.com" }, { "unit_id": "x" }, { "unit_id": "" }] });
    let event = with_body(event(&bench, "look-up-accounts", Role::Analyst).await, &names);
    let (answer, spent) = bench.metered(FUNCTION, event).await;
    let list = answer.body["accounts"].as_array().unwrap();
    for (n, name) in ["0015", "acme.com"].into_iter().enumerate() {
        assert_eq!(list[n]["unit_id"], name);
        let account = &list[n]["account"];
        assert_eq!((&account["unit_id"], &account["aliases"]), (&json!("acme.com"), &json!(["0015"])));
        assert_eq!((&account["attributes"], &account["covariate"]), (&json!({ "size": 7 }), &json!(2.0)));
    }
    assert_eq!(list[2], json!({ "unit_id": "x", "account": null }));
    assert_eq!(list[3]["problem"]["errors"][0]["pointer"], "/unit_id");
    assert_eq!(spent.calls, 2, "the settings and all names");
}

#[tokio::test]
async fn names_are_read_in_the_form_of_the_workspace() {
    let bench = Bench::start().await;
    bench.configure(json!({ "revision": 0, "unit_kind": "domain" })).await;
    bench.account(json!({ "unit_id": "Acme.com" })).await;
    let found = ask(&bench, "look-up-accounts", &json!({ "unit_id": "https://www.ACME.com/x" })).await;
    assert_eq!(found.body["account"]["unit_id"], "acme.com");
}

#[tokio::test]
async fn accounts_of_another_workspace_are_not_found() {
    let bench = with_accounts(&[json!({ "unit_id": "acme.com" })]).await;
    for (operation, body) in [
        ("look-up-accounts", json!({ "unit_id": "acme.com" })),
        ("look-up-accounts-count", json!({ "condition": {} })),
    ] {
        let event = with_body(event(&bench, operation, Role::Analyst).await, &body);
        let answer = bench.call(FUNCTION, bench.signed(event, Role::Analyst, "globex").await).await;
        assert!(answer.body["account"].is_null() && answer.body["examined"].as_u64().unwrap_or(0) == 0);
    }
    let event = event(&bench, "look-up-accounts-list", Role::Analyst).await;
    let answer = bench.call(FUNCTION, bench.signed(event, Role::Analyst, "globex").await).await;
    assert_eq!(answer.body, json!({ "accounts": [], "next": null }));
}

#[tokio::test]
async fn pages_list_every_account_once_in_the_order_of_creation_and_no_cursor_contains_an_id() {
    let own = |n: u32| json!({ "unit_id": format!("acme-{}.com", (n * 7) % 10), "aliases": [format!("alias {n}")] });
    let bench = Bench::start().await;
    for n in 0..7 {
        bench.account(own(n)).await;
        bench.pass(1);
    }
    let (mut found, mut next): (Vec<Value>, Option<String>) = (Vec::new(), None);
    loop {
        let page = list(&bench, "3", next.as_deref()).await;
        found.extend(page["accounts"].as_array().unwrap().iter().map(|one| one["unit_id"].clone()));
        next = page["next"].as_str().map(str::to_owned);
        let Some(cursor) = &next else { break };
        let decoded =
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, cursor).unwrap();
        let decoded = String::from_utf8(decoded).unwrap();
        let allowed = |c: char| c.is_ascii_digit() || c == '-' || ('a'..='f').contains(&c);
        assert!(decoded.len() == 48 && decoded.chars().all(allowed), "{decoded}");
    }
    let expected: Vec<Value> = (0..7).map(|n| own(n)["unit_id"].clone()).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_cursor_that_is_not_one_is_refused() {
    let bench = Bench::start().await;
    let event = event(&bench, "look-up-accounts-list", Role::Analyst).await;
    let answer = bench.call(FUNCTION, with_query(event, "next", "YWNtZS5jb20")).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!("?next")));
}

#[tokio::test]
async fn accounts_that_match_are_counted() {
    let own = |n: u32| {
        json!({ "unit_id": n.to_string(), "aliases": [format!("alias {n}")],
        "attributes": { "employees": if n < 3 { json!(n * 100) } else { json!("250") } } })
    };
    let accounts: Vec<Value> = (0..5).map(own).collect();
    let bench = with_accounts(&accounts).await;
    let count =
        ask(&bench, "look-up-accounts-count", &json!({ "condition": { "employees": { "$gte": 100 } } }))
            .await;
    let expected = json!({ "matched": 2, "examined": 5, "complete": true, "type_mismatches":
        [{ "attribute": "employees", "expected": "number", "got": "string", "units": 2 }] });
    assert_eq!(count.body, expected);
    let broken =
        ask(&bench, "look-up-accounts-count", &json!({ "condition": { "a": { "$over": 1 } } })).await;
    assert_eq!(broken.status, 422);
    assert!(broken.body["errors"][0]["pointer"].as_str().unwrap().starts_with("/condition/a"));
}

#[tokio::test]
async fn a_token_without_the_scope_is_rejected() {
    let bench = Bench::start().await;
    for operation in ["look-up-accounts", "look-up-accounts-list", "look-up-accounts-count"] {
        let event = event(&bench, operation, Role::Viewer).await;
        assert_eq!(bench.call(FUNCTION, event).await.status, 403, "{operation}");
    }
}
